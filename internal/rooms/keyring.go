package rooms

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"noom/internal/meeting"
)

const (
	browserIDLen = 16 // bytes: nobody guesses 128 bits
	linkIDLen    = 8  // bytes; not secret: the MAC beside it is
	whoLen       = 12 // bytes: no two browsers of a room share 96 bits by accident
	maxToken     = 128
)

// keyring signs and checks what the server hands out: tokens of browsers, links to rooms, and the names that browsers
// have in rooms. All are HMAC-SHA256 under the server's secret, each with a purpose of its own, so that one never
// passes for another.
type keyring struct{ secret []byte }

// mac signs parts, none of which holds a zero byte, for a purpose.
func (k keyring) mac(purpose string, parts ...string) []byte {
	h := hmac.New(sha256.New, k.secret)
	h.Write([]byte("noom " + purpose))
	for _, p := range parts {
		h.Write([]byte{0})
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// token is "ID.MAC".
func (k keyring) token(purpose, id string, parts ...string) string {
	return id + "." + encode64(k.mac(purpose, append(parts, id)...))
}

// check gives the id of a token of ours.
func (k keyring) check(token, purpose string, parts ...string) (id string, ok bool) {
	id, _, found := strings.Cut(token, ".")
	if !found || len(token) > maxToken || strings.ContainsRune(id, 0) {
		return "", false
	}
	if !hmac.Equal([]byte(token), []byte(k.token(purpose, id, parts...))) { // in constant time
		return "", false
	}
	return id, true
}

// newBrowser makes a token that tells one browser from all others, and gives its id.
func (k keyring) newBrowser() (id, token string) {
	id = newID(browserIDLen)
	return id, k.token("browser", id)
}

func (k keyring) browser(token string) (id string, ok bool) { return k.check(token, "browser") }

// who is what a browser is called in a room. It tells nothing of the browser's token, nor of its name elsewhere.
func (k keyring) who(room, browser string) meeting.Who {
	return meeting.Who(encode64(k.mac("who", room, browser)[:whoLen]))
}

// link is the key of a link to the room with this id.
func (k keyring) link(room, link string) string { return k.token("link", link, room) }

// linkID gives the link that a key is of; false when it is no link of ours to this room. Whether the link still holds is
// for the room's record to say.
func (k keyring) linkID(room, key string) (link string, ok bool) { return k.check(key, "link", room) }

// newID is chance of n bytes, in base64url.
func newID(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: it ends the process instead
	return encode64(b)
}

func encode64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }
