package discordsim

import (
	"encoding/hex"
	"fmt"
	"hash/fnv"
	"image"
	"image/color"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// imageHash stands for a picture in URLs.
func imageHash(id ID) string {
	h := fnv.New128a()
	_, _ = fmt.Fprint(h, id)
	return hex.EncodeToString(h.Sum(nil))
}

// drawPicture is a diagonal gradient between two colours that the name picks, with its first letter in the middle: who is
// called the same looks the same in every world.
func drawPicture(name string, size int) image.Image {
	h := fnv.New64()
	_, _ = io.WriteString(h, name)
	hue := float64(h.Sum64()%360) / 360
	from, to := fromHSL(hue, 0.62, 0.58), fromHSL(math.Mod(hue+0.11, 1), 0.68, 0.40)
	picture := image.NewRGBA(image.Rect(0, 0, size, size))
	for y := range size {
		for x := range size {
			picture.Set(x, y, blend(from, to, float64(x+y)/float64(2*size-2)))
		}
	}
	letter, _ := utf8.DecodeRuneInString(strings.ToUpper(name))
	drawLetter(picture, letter)
	return picture
}

func blend(a, b color.RGBA, t float64) color.RGBA {
	mix := func(p, q uint8) uint8 { return uint8(float64(p)*(1-t) + float64(q)*t) }
	return color.RGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), 255}
}

func fromHSL(h, s, l float64) color.RGBA {
	part := func(offset float64) uint8 {
		k := math.Mod(offset+h*12, 12)
		v := l - s*math.Min(l, 1-l)*math.Max(-1, math.Min(math.Min(k-3, 9-k), 1))
		return uint8(math.Round(v * 255))
	}
	return color.RGBA{part(0), part(8), part(4), 255}
}

// letters are strokes on a grid 10 wide and 14 high: points "x,y", or arcs "@x,y,rx,ry,from,to" in degrees, clockwise
// from the right. Strokes are separated by slashes.
var letters = map[rune]string{
	'A': "0,14 5,0 10,14/2,9 8,9",
	'B': "0,0 0,14 5.5,14 @5.5,10.4,4,3.6,90,-90 0,6.8/0,0 5,0 @5,3.4,3.6,3.4,-90,90",
	'C': "@5.5,7,5.5,7,-45,-315",
	'D': "0,0 0,14 3,14 @3,7,7,7,90,-90 0,0",
	'E': "9,0 0,0 0,14 9,14/0,7 7.5,7",
	'F': "9,0 0,0 0,14/0,7 7.5,7",
	'G': "@5.5,7,5.5,7,-45,-360 6,7",
	'H': "0,0 0,14/10,0 10,14/0,7 10,7",
	'I': "5,0 5,14",
	'J': "8,0 8,9.5 @4,9.5,4,4.5,0,170",
	'K': "0,0 0,14/9,0 0,8.5/3.5,5.6 9.5,14",
	'L': "1,0 1,14 9,14",
	'M': "0,14 0,0 5,9 10,0 10,14",
	'N': "0,14 0,0 10,14 10,0",
	'O': "@5,7,5.5,7,0,360",
	'P': "0,14 0,0 5,0 @5,4,4.4,4,-90,90 0,8",
	'Q': "@5,7,5.5,7,0,360/6.5,10.5 10.5,14.5",
	'R': "0,14 0,0 5,0 @5,4,4.4,4,-90,90 0,8/4.5,8 9.5,14",
	'S': "@5,3.5,4.3,3.5,-30,-270 @5,10.5,4.6,3.5,-90,150",
	'T': "0,0 10,0/5,0 5,14",
	'U': "0,0 0,9 @5,9,5,5,180,0 10,0",
	'V': "0,0 5,14 10,0",
	'W': "-1,0 2,14 5,3 8,14 11,0",
	'X': "0,0 10,14/10,0 0,14",
	'Y': "0,0 5,7 10,0/5,7 5,14",
	'Z': "0,0 10,0 0,14 10,14",
}

const dot = "@5,7,2.5,2.5,0,360" // for names that begin otherwise

type point struct{ x, y float64 }

// drawLetter draws with round pens and soft edges.
func drawLetter(picture *image.RGBA, letter rune) {
	strokes, ok := letters[letter]
	if !ok {
		strokes = dot
	}
	size := picture.Bounds().Dx()
	scale := float64(size) * 0.42 / 14
	left, top := float64(size)/2-5*scale, float64(size)/2-7*scale
	var lines [][]point
	for _, stroke := range strings.Split(strokes, "/") {
		lines = append(lines, trace(stroke))
	}
	for y := range size {
		for x := range size {
			p := point{(float64(x) + 0.5 - left) / scale, (float64(y) + 0.5 - top) / scale}
			cover := math.Min(math.Max((1.05-nearest(lines, p))*scale+0.5, 0), 1)
			if cover > 0 {
				picture.SetRGBA(x, y, blend(picture.RGBAAt(x, y), color.RGBA{255, 255, 255, 255}, cover*0.96))
			}
		}
	}
}

// trace turns a stroke into points.
func trace(stroke string) []point {
	var out []point
	for _, step := range strings.Fields(stroke) {
		var n [6]float64
		for i, text := range strings.Split(strings.TrimPrefix(step, "@"), ",") {
			n[i], _ = strconv.ParseFloat(text, 64)
		}
		if step[0] != '@' {
			out = append(out, point{n[0], n[1]})
			continue
		}
		for i := range 33 {
			angle := (n[4] + (n[5]-n[4])*float64(i)/32) * math.Pi / 180
			out = append(out, point{n[0] + n[2]*math.Cos(angle), n[1] + n[3]*math.Sin(angle)})
		}
	}
	return out
}

// nearest is the distance from p to the closest line.
func nearest(lines [][]point, p point) float64 {
	best := math.Inf(1)
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			best = math.Min(best, distance(line[i-1], line[i], p))
		}
	}
	return best
}

func distance(a, b, p point) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = math.Min(math.Max(((p.x-a.x)*dx+(p.y-a.y)*dy)/length, 0), 1)
	}
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy)
}
