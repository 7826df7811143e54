// Package sdp turns a browser's offer into sfu parameters and writes our answer (RFC 8829, RFC 9429). It is pure: it owns
// nothing and keeps nothing, and rooms calls Answer for each offer.
//
// A peer sends on up to four m-lines and receives on the others, the slots, whose SSRCs never change: the answer
// declares them, so that joining, leaving and switching need no further exchange. What browsers make of the
// answer's lines was measured; each line that looks odd has its reason beside it.
package sdp
