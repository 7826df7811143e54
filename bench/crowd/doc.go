//go:build linux

// Command crowd is the other side of a measurement: a few senders and many receivers that cost so little that one core of
// them keeps a server's core busy. bench runs it against Noom and the floor program alike, and so the streams and
// the receivers are the same for all.
//
// A client is an address of 127.1.0.0/16 (see -clients) on a socket that it shares with others, with ICE, DTLS and SRTP of its own. Every
// packet's header is checked (source, sequence number, payload type), and one in sixteen is opened: a packet counts only if
// it truly arrived. crowd also reads the server's CPU time and memory from /proc, so that both belong to the same moment, and
// says on standard output, as JSON, what it found.
package main
