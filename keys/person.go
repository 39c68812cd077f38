package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
)

// Tag is a keyed digest: equal values have equal tags within one guild and purpose, and without the keyring neither a
// value can be found from its tag nor a guess be tried.
type Tag [16]byte

const (
	labelPersonPath = "ticketbot keys v1 person path"
	labelPersonTag  = "ticketbot keys v1 person tag"
	labelIndexTag   = "ticketbot keys v1 index tag"
)

// Person finds a person's leaf: where content of theirs is to be sealed, and the tag to find their rows by.
//
// A person who was forgotten and comes back gets a new leaf, of the next generation, that nothing connects to the old.
// So ask for the path at the time of writing, and let an erasure under way keep the path it began with.
func (r *Ring) Person(guild uint64, epoch uint32, user uint64) (Path, Tag, error) {
	_, now, tag, err := r.person(guild, epoch, user)
	return now, tag, err
}

// PersonBefore is the leaf that a person had until they were last forgotten; zero for somebody who never was.
func (r *Ring) PersonBefore(guild uint64, epoch uint32, user uint64) (Path, error) {
	before, _, _, err := r.person(guild, epoch, user)
	return before, err
}

func (r *Ring) person(guild uint64, epoch uint32, user uint64) (before, now Path, tag Tag, err error) {
	if guild == 0 {
		return Path{}, Path{}, Tag{}, errNoGuild
	}
	ten := tenancy{guild, epoch}
	index, err := r.leaf(ten, guildPath(purposeIndex))
	if err != nil {
		return Path{}, Path{}, Tag{}, err
	}
	for generation := uint32(0); ; generation++ {
		path := personLeaf(index, user, generation)
		key, err := r.leaf(ten, path)
		if err == nil {
			return before, path, keyedTag(key, labelPersonTag), nil
		}
		if err != ErrForgotten || !r.Has(guild, epoch) {
			return Path{}, Path{}, Tag{}, err
		}
		before = path
	}
}

func personLeaf(index secret, user uint64, generation uint32) Path {
	message := binary.BigEndian.AppendUint64(nil, user)
	message = binary.BigEndian.AppendUint32(message, generation)
	tag := keyedTag(index, labelPersonPath, message)
	return personPath(binary.BigEndian.Uint64(tag[:]))
}

// IndexTag is the tag of value for one purpose in one guild. It cannot be forgotten but with the guild, so it is not for
// user ids: those have Person.
func (r *Ring) IndexTag(guild uint64, epoch uint32, purpose string, value []byte) (Tag, error) {
	if guild == 0 {
		return Tag{}, errNoGuild
	}
	return r.indexTag(tenancy{guild, epoch}, purpose, value)
}

// ServerTag is IndexTag for what belongs to no guild.
func (r *Ring) ServerTag(purpose string, value []byte) (Tag, error) {
	return r.indexTag(server, purpose, value)
}

func (r *Ring) indexTag(ten tenancy, purpose string, value []byte) (Tag, error) {
	index, err := r.leaf(ten, guildPath(purposeIndex))
	if err != nil {
		return Tag{}, err
	}
	length := binary.BigEndian.AppendUint32(nil, uint32(len(purpose)))
	return keyedTag(index, labelIndexTag, length, []byte(purpose), value), nil
}

// keyedTag is the first half of HMAC-SHA256(key, label ‖ parts).
func keyedTag(key secret, label string, parts ...[]byte) Tag {
	m := hmac.New(sha256.New, key[:])
	m.Write([]byte(label))
	for _, part := range parts {
		m.Write(part)
	}
	return Tag(m.Sum(nil)[:len(Tag{})])
}
