package transcript

import (
	"encoding/base64"
	"fmt"
	"strings"
)

// maxBars is how many samples Discord keeps of a voice message.
const maxBars = 256

// waveform draws a voice message's loudness, which Discord gives as one byte a sample.
func (p *page) waveform(encoded string) {
	samples, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || len(samples) == 0 {
		return
	}
	samples = samples[:min(len(samples), maxBars)]
	var d strings.Builder
	for i, loud := range samples {
		h := 2 + int(loud)*28/255
		fmt.Fprintf(&d, "M%d %dv%d", 4*i+1, 16-h/2, h)
	}
	defer p.in("svg", class("waveform"), attr{"viewBox", fmt.Sprintf("0 0 %d 32", 4*len(samples))}, attr{"preserveAspectRatio", "none"}, attr{"aria-hidden", "true"})()
	p.in("path", attr{"d", d.String()})()
}
