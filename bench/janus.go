package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Janus is what Debian's package janus installs. Its configuration is the package's defaults but for what a benchmark on one
// machine needs: the video room alone, over a WebSocket, without a bound on what senders send.

func startJanus(ctx context.Context, o *options, _ point, folder string) (*server, error) {
	return runJanus(ctx, o, folder, 0)
}

// startTunedJanus has all handles share one loop, instead of a thread each: the cheapest on one core.
func startTunedJanus(ctx context.Context, o *options, _ point, folder string) (*server, error) {
	return runJanus(ctx, o, folder, 1)
}

func runJanus(ctx context.Context, o *options, folder string, loops int) (*server, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	for name, text := range map[string]string{
		"janus": fmt.Sprintf(`general: { log_to_stdout = true, debug_level = 3, event_loops = %d }
media: { ipv6 = false }
plugins: { disable = "libjanus_audiobridge.so,libjanus_duktape.so,libjanus_echotest.so,libjanus_lua.so,libjanus_nosip.so,libjanus_recordplay.so,libjanus_sip.so,libjanus_streaming.so,libjanus_textroom.so,libjanus_videocall.so,libjanus_voicemail.so" }
transports: { disable = "libjanus_http.so,libjanus_mqtt.so,libjanus_nanomsg.so,libjanus_pfunix.so,libjanus_rabbitmq.so" }
events: { broadcast = false }
`, loops),
		"janus.transport.websockets": fmt.Sprintf("general: { ws = true, ws_port = %s, ws_logging = \"err\" }\nadmin: { admin_ws = false }\n", port),
		"janus.plugin.videoroom":     "general: { }\nroom-1: { publishers = 100, bitrate = 0, fir_freq = 0, audiocodec = \"opus\", videocodec = \"vp8\" }\n",
	} {
		if err := os.WriteFile(filepath.Join(folder, name+".jcfg"), []byte(text), 0o600); err != nil {
			return nil, err
		}
	}
	address := net.JoinHostPort(o.host, port)
	s := &server{url: "http://" + address}
	if err := s.run(ctx, o, "janus", "--configs-folder", folder, "--disable-colors"); err != nil {
		return nil, err
	}
	return s, s.awaitPort(address)
}

// awaitPort waits until the server listens.
func (s *server) awaitPort(address string) error {
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if conn, err := net.Dial("tcp", address); err == nil {
			return conn.Close()
		}
	}
	s.stop()
	return fmt.Errorf("the server does not listen: %s", s.output.String())
}
