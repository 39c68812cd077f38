package main

import (
	"strconv"
	"strings"

	"ticketbot/internal/fault"
)

// shardSet is which of the connections to Discord a process has.
type shardSet struct {
	all    bool
	ranges [][2]int // first and last
}

// parseShards reads "all", "none", or numbers and ranges such as 0-3,7.
func parseShards(text string) (shardSet, error) {
	switch strings.ToLower(strings.TrimSpace(text)) {
	case "", "all":
		return shardSet{all: true}, nil
	case "none":
		return shardSet{}, nil
	}
	var set shardSet
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(strings.TrimSpace(part), "-")
		first, err := strconv.ParseUint(from, 10, 16)
		last := first
		if err == nil && isRange {
			last, err = strconv.ParseUint(to, 10, 16)
		}
		if err != nil || last < first {
			return shardSet{}, fault.New(fault.Config, "cmd.shards.shape", "shards", text)
		}
		set.ranges = append(set.ranges, [2]int{int(first), int(last)})
	}
	return set, nil
}

// of is the shards of the set when there are n in all. One that is not there is refused: nobody would have those servers.
func (s shardSet) of(n int) ([]int, error) {
	var mine []int
	for i := range n {
		if s.all || s.has(i) {
			mine = append(mine, i)
		}
	}
	for _, r := range s.ranges {
		if r[1] >= n {
			return nil, fault.New(fault.Config, "cmd.shards.beyond", "shard", r[1], "last", n-1)
		}
	}
	return mine, nil
}

func (s shardSet) has(i int) bool {
	for _, r := range s.ranges {
		if r[0] <= i && i <= r[1] {
			return true
		}
	}
	return false
}
