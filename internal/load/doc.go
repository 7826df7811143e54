// Package load sends bots into a room: clients with an independent WebRTC stack (pion/webrtc) on real sockets, which
// signal over the plain WebSocket /ws. Senders publish a voice and a camera that any browser decodes; everybody
// receives, and Run reports packets, loss, join times and one-way delays. cmd/noom calls it as "noom load".
//
// A camera shows a moving test picture, or with --pictures coded the bot's number, modulo 16, as bars that survive any
// scaling: bit 3 (worth 8) is the leftmost quarter of the picture's width, bit 0 the rightmost. In a quarter whose bit is
// one, the upper part (above 4/9 of the height) is white and the lower part (below 5/9) black; whose bit is zero, the
// other way round. To read it, compare the brightness at the middle of both parts of each quarter, at 22 % and 78 % of the
// height: they differ by more than half the range, or else this is no coded picture. The grey band between holds a
// moving square, so that every frame differs. Bot n is called "Bot n" (with the default --name).
//
// Delay is measured without a word on the wire: a payload is forwarded as it was sent, so its hash tells which packet of
// which clip it is, and the CSRC whose; all bots of a process share a clock and a table of when each packet last left.
package load
