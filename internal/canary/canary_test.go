package canary

import (
	"regexp"
	"slices"
	"testing"
)

func TestEachPlaceHasAWordOfItsOwnAndKeepsIt(t *testing.T) {
	p := New()
	first, second := p.Plant("message"), p.Plant("file name")
	if first == second || p.Plant("message") != first || New().Plant("message") == first {
		t.Error("words are not of their place and plantation")
	}
	if !regexp.MustCompile(`^w[a-z0-9]{20}$`).MatchString(first) {
		t.Errorf("%q does not fit every name", first)
	}
	if !slices.Equal(p.Places(), []string{"file name", "message"}) || !slices.Equal(p.Words(), []string{second, first}) {
		t.Errorf("planted %v: %v", p.Places(), p.Words())
	}
	if p.PlaceOf(first) != "message" || p.PlaceOf(Word()) != "" {
		t.Error("a word does not lead to its place")
	}
}

func TestWhatIsThereIsFoundAndWhatIsNotIsMissing(t *testing.T) {
	p := New()
	text := "before " + p.Plant("a") + " after"
	p.Plant("b")
	p.Plant("c")
	if got := p.Found([]byte("nothing"), []byte(text)); !slices.Equal(got, []string{"a"}) {
		t.Errorf("found %v", got)
	}
	if got := p.Missing(text, "c"); !slices.Equal(got, []string{"b"}) {
		t.Errorf("missing %v", got)
	}
}
