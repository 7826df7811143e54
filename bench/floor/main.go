//go:build linux

// Command floor is the least that forwarding can cost: it makes one camera's and one microphone's packets, seals them with
// AES-GCM for each receiver and sends them, and does nothing else. A receiver is whoever says hello with its keys (see
// bench/crowd). What a server costs above it is what can still be saved.
package main

import (
	"encoding/binary"
	"flag"
	"log"
	"net"
	"net/netip"
	"os"
	"runtime"
	"time"
)

const (
	framePackets = 5 // as bench/crowd sends them
	pictureSize  = headerSize + 1180
	soundSize    = headerSize + 80
	voicePeriod  = 20 * time.Millisecond
	opus, vp8    = 111, 96
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "UDP address to say hello to")
	mode := flag.String("mode", "gso", "how to send: sendto, sendmmsg or gso")
	fps := flag.Float64("fps", 30, "frames a second")
	flag.Parse()
	log.Fatalf("floor: %v", run(*listen, *mode, *fps))
}

// run returns only when it fails.
func run(listen, mode string, fps float64) error {
	conn, err := net.ListenPacket("udp4", listen)
	if err != nil {
		return err
	}
	s, err := newSender(conn.(*net.UDPConn), mode)
	if err != nil {
		return err
	}
	if _, err := os.Stdout.WriteString(conn.LocalAddr().String() + "\n"); err != nil {
		return err
	}
	hellos := make(chan *receiver, 64)
	go listenForHellos(conn.(*net.UDPConn), hellos) // ends with the process
	runtime.LockOSThread()
	return s.pace(time.Duration(float64(time.Second)/fps), hellos)
}

// listenForHellos takes receivers in.
func listenForHellos(conn *net.UDPConn, hellos chan<- *receiver) {
	known := make(map[netip.AddrPort]bool)
	b := make([]byte, 1500)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(b)
		if err != nil {
			close(hellos)
			return
		}
		if r := newReceiver(from, b[:n]); r != nil && !known[from] {
			known[from] = true
			hellos <- r
		}
	}
}

// pace sends a frame and a voice's packet each in their turn.
func (s *sender) pace(period time.Duration, hellos <-chan *receiver) error {
	picture, sound := make([]byte, pictureSize), make([]byte, soundSize)
	frame, voice := time.Now(), time.Now()
	timer := time.NewTimer(0)
	for {
		select {
		case r, ok := <-hellos:
			if !ok {
				return net.ErrClosed
			}
			s.receivers = append(s.receivers, r)
			continue
		case <-timer.C:
		}
		if now := time.Now(); !now.Before(frame) {
			for i := range framePackets {
				header(picture, vp8, i == framePackets-1, uint32(frame.UnixMicro()*9/100))
				s.add(picture, 1)
			}
			s.flush()
			frame = frame.Add(period)
		} else if !now.Before(voice) {
			header(sound, opus, true, uint32(voice.UnixMicro()*48/1000))
			s.add(sound, 0)
			s.flush()
			voice = voice.Add(voicePeriod)
		}
		timer.Reset(max(0, min(time.Until(frame), time.Until(voice))))
	}
}

const headerSize = 12

// header writes the part of an RTP header (RFC 3550 §5.1) that all receivers share.
func header(p []byte, pt byte, marker bool, timestamp uint32) {
	p[0], p[1] = 0x80, pt
	if marker {
		p[1] |= 0x80
	}
	binary.BigEndian.PutUint32(p[4:], timestamp)
}
