package gateway

import (
	"encoding/json"
	"strconv"
	"testing"
)

func TestScan(t *testing.T) {
	for name, tc := range map[string]struct {
		raw                     string
		op                      int
		seq                     int64
		kind                    string
		guild, channel, id      uint64
		data                    string
		notAnObject, noEnvelope bool
	}{
		"message": {
			raw: `{"t":"MESSAGE_CREATE","s":42,"op":0,"d":{"id":"3","channel_id":"2","guild_id":"1"}}`,
			op:  0, seq: 42, kind: "MESSAGE_CREATE", guild: 1, channel: 2, id: 3, data: `{"id":"3","channel_id":"2","guild_id":"1"}`,
		},
		"ids inside other objects do not count": {
			raw: `{"op":0,"d":{"a":{"guild_id":"9","x":[{"channel_id":"9"}]},"id":"3","b":[{"id":"9"}]},"s":1,"t":"X"}`,
			op:  0, seq: 1, kind: "X", id: 3, data: `{"a":{"guild_id":"9","x":[{"channel_id":"9"}]},"id":"3","b":[{"id":"9"}]}`,
		},
		"quotes and brackets in text do not count": {
			raw: `{"op":0,"d":{"content":"\\\",\"guild_id\":\"9\"}{[","guild_id":"1"},"s":1,"t":"X"}`,
			op:  0, seq: 1, kind: "X", guild: 1, data: `{"content":"\\\",\"guild_id\":\"9\"}{[","guild_id":"1"}`,
		},
		"ids as numbers": {
			raw: `{"op":0,"s":1,"t":"X","d":{"guild_id":1,"channel_id":18446744073709551615}}`,
			op:  0, seq: 1, kind: "X", guild: 1, channel: 1<<64 - 1, data: `{"guild_id":1,"channel_id":18446744073709551615}`,
		},
		"nulls and spaces": {
			raw: "\n { \"op\" : 11 , \"s\" : null , \"t\" : null , \"d\" : null } \n",
			op:  11, data: "null",
		},
		"escaped keys and values": {
			raw: `{"\u006fp":0,"t":"\u0058","s":1,"d":{"guild\u005fid":"\u0031"}}`,
			op:  0, seq: 1, kind: "X", guild: 1, data: `{"guild\u005fid":"\u0031"}`,
		},
		"d that is no object": {raw: `{"op":9,"d":true}`, op: 9, data: "true"},
		"array":               {raw: `[1]`, op: -1, notAnObject: true},
		"cut off":             {raw: `{"op":0,"d":{"content":"ab`, op: 0, notAnObject: true},
		"empty":               {raw: ``, op: -1, notAnObject: true},
	} {
		t.Run(name, func(t *testing.T) {
			f, ok := scan([]byte(tc.raw))
			if ok == tc.notAnObject {
				t.Fatalf("ok = %v", ok)
			}
			if f.op != tc.op || f.seq != tc.seq || string(f.kind) != tc.kind {
				t.Errorf("envelope: got %d %d %q", f.op, f.seq, f.kind)
			}
			if f.guild != tc.guild || f.channel != tc.channel || f.id != tc.id {
				t.Errorf("ids: got guild %d channel %d id %d", f.guild, f.channel, f.id)
			}
			if ok && string(f.data) != tc.data {
				t.Errorf("data: got %s", f.data)
			}
		})
	}
}

// FuzzScan holds scan against encoding/json: on every valid object they must agree.
func FuzzScan(f *testing.F) {
	for _, seed := range []string{
		`{"t":"MESSAGE_CREATE","s":42,"op":0,"d":{"id":"3","channel_id":"2","guild_id":"1"}}`,
		`{"op":0,"d":{"content":"\\\",\"guild_id\":\"9\"}{[","guild_id":"1"},"s":1,"t":"X"}`,
		`{"op":0,"d":{"a":{"id":"9"},"id":18446744073709551616,"b":[[],{}]},"d":{"guild_id":1}}`,
		"\t{\"\\u006fp\" : 1e3, \"s\":-5,\"t\":null,\"d\":[{\"id\":1}]}\r\n",
		`{"":{}, "d":{"id":"\u00","guild_id":{"id":1}}}`,
		`{"op":9,"d":false}`, `{}`, `[]`, `{"d":"`, `{"d":{"id":"1"`, `{"a"`, `{"a":`, `{,}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		got, ok := scan(raw)
		var want map[string]json.RawMessage
		if json.Unmarshal(raw, &want) != nil || want == nil {
			return
		}
		if !ok {
			t.Fatal("refused a valid object")
		}
		if int64(got.op) != wantInt(want["op"], -1) || got.seq != wantInt(want["s"], 0) {
			t.Errorf("op %d, s %d", got.op, got.seq)
		}
		if kind, _ := wantString(want["t"]); kind != string(got.kind) {
			t.Errorf("t = %q, want %q", got.kind, kind)
		}
		if string(got.data) != string(want["d"]) {
			t.Errorf("d = %q, want %q", got.data, want["d"])
		}
		var ids map[string]json.RawMessage
		_ = json.Unmarshal(want["d"], &ids)
		if got.guild != wantID(ids["guild_id"]) || got.channel != wantID(ids["channel_id"]) || got.id != wantID(ids["id"]) {
			t.Errorf("ids = %d %d %d in %s", got.guild, got.channel, got.id, want["d"])
		}
	})
}

func wantInt(raw json.RawMessage, otherwise int64) int64 {
	var n json.Number
	if len(raw) > 0 && raw[0] != '"' && json.Unmarshal(raw, &n) == nil {
		if i, err := n.Int64(); err == nil {
			return i
		}
	}
	return otherwise
}

func wantString(raw json.RawMessage) (string, bool) {
	var s *string
	if json.Unmarshal(raw, &s) != nil || s == nil {
		return "", false
	}
	return *s, true
}

func wantID(raw json.RawMessage) uint64 {
	s, isString := wantString(raw)
	if !isString {
		s = string(raw)
	}
	id, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0
	}
	return id
}

func TestPlace(t *testing.T) {
	for _, tc := range []struct {
		kind, data     string
		guild, channel uint64
	}{
		{"MESSAGE_CREATE", `{"id":"3","guild_id":"1","channel_id":"2"}`, 1, 2},
		{"MESSAGE_CREATE", `{"id":"3","channel_id":"2"}`, 0, 2},
		{"CHANNEL_CREATE", `{"id":"3","guild_id":"1","parent_id":"2"}`, 1, 3},
		{"THREAD_CREATE", `{"id":"3","guild_id":"1","parent_id":"2"}`, 1, 3},
		{"THREAD_MEMBERS_UPDATE", `{"id":"3","guild_id":"1"}`, 1, 3},
		{"CHANNEL_PINS_UPDATE", `{"guild_id":"1","channel_id":"2"}`, 1, 2},
		{"THREAD_LIST_SYNC", `{"guild_id":"1","channel_ids":["2"]}`, 1, 0},
		{"GUILD_CREATE", `{"id":"3","channels":[{"id":"4"}]}`, 3, 0},
		{"GUILD_DELETE", `{"id":"3","unavailable":true}`, 3, 0},
		{"GUILD_ROLE_DELETE", `{"guild_id":"1","role_id":"2"}`, 1, 0},
		{"GUILD_MEMBER_UPDATE", `{"guild_id":"1","id":"9"}`, 1, 0},
		{"USER_UPDATE", `{"id":"3"}`, 0, 0},
	} {
		f, _ := scan([]byte(`{"d":` + tc.data + `}`))
		if guild, channel := f.place(tc.kind); guild != tc.guild || channel != tc.channel {
			t.Errorf("%s %s: guild %d, channel %d", tc.kind, tc.data, guild, channel)
		}
	}
}
