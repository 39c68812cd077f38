package discordsim

import (
	"bytes"
	"fmt"
	"strconv"
	"time"
)

// discordEpoch is the first millisecond of 2015, where Discord starts counting.
const discordEpoch = 1420070400000

// ID is a snowflake: milliseconds since 2015 in the upper 42 bits. In JSON it is a string; a number is accepted when
// reading, as Discord does.
type ID uint64

func (id ID) String() string { return strconv.FormatUint(uint64(id), 10) }

// Time is when the ID was made.
func (id ID) Time() time.Time { return time.UnixMilli(int64(id>>22) + discordEpoch).UTC() }

// MarshalText makes an ID a JSON string, also as the key of an object.
func (id ID) MarshalText() ([]byte, error) { return strconv.AppendUint(nil, uint64(id), 10), nil }

func (id *ID) UnmarshalJSON(b []byte) error {
	if bytes.Equal(b, []byte("null")) {
		*id = 0
		return nil
	}
	parsed, err := ParseID(string(bytes.Trim(b, `"`)))
	if err != nil {
		return err
	}
	*id = parsed
	return nil
}

func (id *ID) UnmarshalText(b []byte) error { return id.UnmarshalJSON(b) }

// ParseID reads a decimal snowflake.
func ParseID(s string) (ID, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is not a snowflake", s)
	}
	return ID(n), nil
}

// snowflakes hands out IDs that only ever grow.
type snowflakes struct{ last ID }

func (f *snowflakes) next(now time.Time) ID {
	id := ID(max(now.UnixMilli()-discordEpoch, 1)) << 22
	if id <= f.last {
		id = f.last + 1
	}
	f.last = id
	return id
}
