// Package canary makes words that nobody can guess, and remembers where each was planted.
//
// A test plants one wherever people can put what they write, lets the program work, and then asks which are still to be
// found: all of them where they belong, none where they must not be.
//
//	p := canary.New()
//	say(p.Plant("message"))                 // the same place always has the same word
//	lost := p.Missing(transcript)           // places whose word is not there
//	found, err := leakscan.New(p.Words()...).Dir(dataDirectory)
//
// A word has small letters and digits only and is short, so that it fits every name and no spelling changes it.
package canary

import (
	"bytes"
	"crypto/rand"
	"maps"
	"slices"
	"strings"
	"sync"
)

// size is of a word: a letter, and 100 bits at five a character.
const size = 21

// Word is a new word.
func Word() string { return "w" + strings.ToLower(rand.Text()[:size-1]) }

// Plantation is a set of words, each with the place where it was planted. It may be used from many goroutines.
type Plantation struct {
	mu    sync.Mutex
	words map[string]string // by place
}

// New is an empty plantation.
func New() *Plantation { return &Plantation{words: map[string]string{}} }

// Plant is the word of a place, made when the place is first named.
func (p *Plantation) Plant(place string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	word, ok := p.words[place]
	if !ok {
		word = Word()
		p.words[place] = word
	}
	return word
}

// Places are the places planted, sorted.
func (p *Plantation) Places() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.words))
}

// Words are all words, in the order of Places.
func (p *Plantation) Words() []string {
	words := []string{}
	for _, place := range p.Places() {
		words = append(words, p.Plant(place))
	}
	return words
}

// PlaceOf is where word was planted; empty for a word of somebody else.
func (p *Plantation) PlaceOf(word string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	for place, w := range p.words {
		if w == word {
			return place
		}
	}
	return ""
}

// Found lists the places whose word is in at least one of texts.
func (p *Plantation) Found(texts ...[]byte) []string { return p.those(true, texts) }

// Missing lists the places whose word is in none of texts, but for those that are excused.
func (p *Plantation) Missing(text string, excused ...string) []string {
	return slices.DeleteFunc(p.those(false, [][]byte{[]byte(text)}), func(place string) bool {
		return slices.Contains(excused, place)
	})
}

func (p *Plantation) those(present bool, texts [][]byte) []string {
	var places []string
	for _, place := range p.Places() {
		word := []byte(p.Plant(place))
		has := slices.ContainsFunc(texts, func(text []byte) bool { return bytes.Contains(text, word) })
		if has == present {
			places = append(places, place)
		}
	}
	return places
}
