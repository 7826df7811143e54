package socketio

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/coder/websocket"
)

// receive works off one packet from the client. An error means that the client broke the protocol or a limit; the caller
// then ends the connection. receive takes the turn.
func (c *conn) receive(p packet) error {
	kind, payload, err := parsePacket(p)
	if err != nil {
		return err
	}
	c.takeTurn()
	defer c.yieldTurn()
	if c.hasEnded() {
		return nil
	}
	judged := c.limit.judge(time.Now())
	if judged == expel {
		c.expel()
		return nil
	}
	switch kind {
	case enginePong:
		c.beat.pong()
		return nil
	case engineClose:
		c.end(ending{reason: ReasonClosed, status: websocket.StatusNormalClosure})
		return nil
	}
	if p.binary {
		return c.receiveAttachment(payload)
	}
	return c.receiveText(payload, judged == refuse)
}

func (c *conn) receiveAttachment(data []byte) error {
	if c.partial == nil {
		return errUnexpectedBin
	}
	if err := c.partial.add(data, c.server.config.MaxPayload); err != nil {
		return err
	}
	return c.dispatchWhole()
}

func (c *conn) receiveText(text []byte, refused bool) error {
	if c.partial != nil {
		return errUnexpectedText
	}
	m, err := parseMessage(text)
	if err != nil {
		return err
	}
	switch m.kind {
	case kindConnect:
		return c.connect(m)
	case kindDisconnect:
		if s := c.sockets[m.namespace]; s != nil {
			c.depart(s, ReasonClientLeft)
		}
		return nil
	}
	if c.sockets[m.namespace] == nil {
		return fmt.Errorf("%w: not connected to it", errNamespace)
	}
	c.partial = &assembly{message: m, size: len(text), refused: refused}
	return c.dispatchWhole()
}

// dispatchWhole passes the message on once its attachments are there.
func (c *conn) dispatchWhole() error {
	a := c.partial
	if !a.whole() {
		return nil
	}
	c.partial = nil
	s := c.sockets[a.namespace]
	if s == nil {
		return fmt.Errorf("%w: not connected to it", errNamespace)
	}
	if a.kind == kindAck || a.kind == kindBinaryAck {
		args, err := a.arguments()
		if err != nil {
			return err
		}
		s.acks.answer(a.id, Answer{Args: args, Attachments: a.parts})
		return nil
	}
	return c.event(s, a)
}

// event calls the handler. Events that were under way when the server ended the socket are dropped.
func (c *conn) event(s *Socket, a *assembly) error {
	name, args, err := a.event()
	if err != nil {
		return err
	}
	config := &c.server.config
	if a.size > config.MaxEvent && !slices.Contains(config.LargeEvents, name) {
		return errTooLarge
	}
	if c.out.isShut(&s.gate) {
		return nil
	}
	e := Event{Name: name, Args: args, Attachments: a.parts}
	if a.hasID {
		e.Ack = s.acknowledger(a.id)
	}
	if !a.refused {
		c.guard(func() { s.namespace.handler.Event(s, e) })
		return nil
	}
	c.server.stats.refused.Add(1)
	if l, ok := s.namespace.handler.(Limiter); ok {
		c.guard(func() { l.Limited(s, e) })
	}
	return nil
}

// connect opens a namespace, if its handler agrees.
func (c *conn) connect(m message) error {
	ns := c.server.namespaces[m.namespace]
	if ns == nil {
		c.refuse(m.namespace, errors.New("Invalid namespace")) //nolint:staticcheck // the text is Socket.IO's
		return nil
	}
	if s := c.sockets[m.namespace]; s != nil {
		if !c.out.isShut(&s.gate) {
			return fmt.Errorf("%w: connected already", errNamespace)
		}
		c.depart(s, ReasonServerLeft) // it comes back before the handler heard that it left
	}
	s := newSocket(c, ns)
	refusal := errors.New("internal") // what stays of a panic
	c.guard(func() { refusal = ns.handler.Connect(s, m.data) })
	if refusal != nil {
		s.departed = true
		d, _ := c.out.shut(&s.gate)
		c.do(d)
		ns.remove(s)
		c.refuse(m.namespace, refusal)
		return nil
	}
	packet, err := encodeControl(kindConnect, m.namespace, map[string]string{"sid": s.id})
	if err != nil {
		return err
	}
	c.sockets[m.namespace] = s
	c.connectBy.Stop()
	ns.add(s)
	c.do(c.out.open(&s.gate, packet))
	return nil
}

// refuse answers CONNECT_ERROR.
func (c *conn) refuse(namespace string, why error) {
	body := struct {
		Message string `json:"message"`
		Data    any    `json:"data,omitempty"`
	}{Message: why.Error()}
	var detailed *ConnectError
	if errors.As(why, &detailed) {
		body.Data = detailed.Data
	}
	packet, err := encodeControl(kindConnectError, namespace, body)
	if err != nil {
		c.server.config.Log.Error("refusing a namespace", "err", err)
		packet, _ = encodeControl(kindConnectError, namespace, map[string]string{"message": body.Message})
	}
	c.do(c.out.control(packet))
}

// depart ends a socket and tells its handler; the turn is held. Calls after the first do nothing.
func (c *conn) depart(s *Socket, reason string) {
	if s.departed {
		return
	}
	s.departed = true
	if s.dismissed.Load() { // before what ends it now
		reason = ReasonServerLeft
	}
	c.out.shut(&s.gate)
	s.namespace.remove(s)
	s.acks.cancel()
	c.guard(func() { s.namespace.handler.Disconnect(s, reason) })
}

// expel ends a connection that sends too much. Its client is disconnected from each namespace first: the official
// library then stays away instead of connecting again at once.
func (c *conn) expel() {
	c.server.stats.limited.Add(1)
	for name, s := range c.sockets {
		if p, err := encodeControl(kindDisconnect, name, nil); err == nil {
			d, _ := c.out.shut(&s.gate, p)
			c.do(d)
		}
	}
	c.end(ending{reason: ReasonLimited, status: websocket.StatusPolicyViolation})
}
