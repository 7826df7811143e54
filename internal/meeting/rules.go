package meeting

// deed is something that only some may do, and only to some.
type deed uint8

const (
	publishing  deed = iota // anything but Off
	raisingHand             // one's own
	loweringHand
	reacting  // to what is said or done
	writing   // and editing one's own
	unwriting // deleting messages; whose, Amendment.Apply says
	silencing // another's track
	silencingAll
	asking // somebody to turn a track on
	renaming
	promoting // to host or cohost
	placing   // as speaker or viewer
	removing
	admitting // and refusing
	locking
	spotlighting
	timing
	setting     // what a cohost may set
	settingMore // what only a host may
	linking
	ending
)

// reach is whom a deed may be done to: a set.
type reach uint8

const (
	nobody reach = 0
	whole  reach = 1 << iota // the meeting; the deed has no single target
	me
	aHost
	aCohost
	aSpeaker
	aViewer

	belowCohost = aSpeaker | aViewer
	belowHost   = aCohost | belowCohost
	others      = aHost | belowHost
)

// rules say who may do what to whom. They are walked command by command in protocol/roles.txt. In a room that nobody
// made all are speakers. Settings narrow what speakers may send, see sending.
var rules = [...]struct{ host, cohost, speaker, viewer reach }{
	publishing:   {me, me, me, nobody},
	raisingHand:  {me, me, me, me},
	loweringHand: {me | others, me | others, me, me},
	reacting:     {whole, whole, whole, whole},
	writing:      {whole, whole, whole, whole},
	unwriting:    {whole, whole, whole, whole},
	silencing:    {others, belowHost, nobody, nobody},
	silencingAll: {whole, whole, nobody, nobody},
	asking:       {others &^ aViewer, others &^ aViewer, nobody, nobody},
	renaming:     {me | belowHost, me | belowHost, me, me},
	promoting:    {others, nobody, nobody, nobody},
	placing:      {others, belowCohost, nobody, nobody},
	removing:     {belowHost, belowCohost, nobody, nobody},
	admitting:    {whole, whole, nobody, nobody},
	locking:      {whole, whole, nobody, nobody},
	spotlighting: {whole, whole, nobody, nobody},
	timing:       {whole, whole, nobody, nobody},
	setting:      {whole, whole, nobody, nobody},
	settingMore:  {whole, nobody, nobody, nobody},
	linking:      {whole, nobody, nobody, nobody},
	ending:       {whole, nobody, nobody, nobody},
}

// reachOf is whom one of this role may do the deed to.
func reachOf(r Role, d deed) reach {
	rule := rules[d]
	switch r {
	case Host:
		return rule.host
	case Cohost:
		return rule.cohost
	case Speaker:
		return rule.speaker
	case Viewer:
		return rule.viewer
	}
	return nobody
}

// actor gives the one inside who asks, if they may do the deed at all, or to the meeting as a whole.
func (t *turn) actor(id ID, d deed) (*member, *Error) {
	p, err := t.seatedMember(id)
	if err == nil && reachOf(p.Role, d) == nobody {
		err = errRole(p.Role)
	}
	return p, err
}

// pair gives who asks and whom it is to be done to, both inside, if that is allowed. Somebody's other window is
// themselves.
func (t *turn) pair(id, target ID, d deed) (p, q *member, err *Error) {
	if p, err = t.actor(id, d); err != nil {
		return nil, nil, err
	}
	q, ok := t.m.members[target]
	if !ok || !q.isInside() {
		return nil, nil, &Error{Code: NotFound, Text: "This person is not in the meeting."}
	}
	if reachOf(p.Role, d)&targetOf(p, q, d) == 0 {
		return nil, nil, errRole(p.Role)
	}
	return p, q, nil
}

// targetOf is what q is to p.
func targetOf(p, q *member, d deed) reach {
	role := q.Role
	if d == removing && q.link == Host {
		role = Host // who was handed the meeting cannot throw its owner out
	}
	switch {
	case p == q || p.Who == q.Who:
		return me
	case role == Host:
		return aHost
	case role == Cohost:
		return aCohost
	case role == Speaker:
		return aSpeaker
	}
	return aViewer
}

func errRole(r Role) *Error {
	if r == Viewer {
		return &Error{Code: Forbidden, Text: "Viewers may not do this.", Reason: ByRole}
	}
	return &Error{Code: Forbidden, Text: "Your role does not allow this.", Reason: ByRole}
}

// sending tells whether p may let something out of a track: its role says so, and the room's settings.
func (t *turn) sending(p *member, kind Kind, state TrackState) *Error {
	if state == Off {
		return nil
	}
	if reachOf(p.Role, publishing) == nobody {
		return errRole(p.Role)
	}
	s := t.m.settings
	switch {
	case (kind == Screen || kind == ScreenAudio) && !s.Share.includes(p.Role):
		return &Error{Code: Forbidden, Text: "Only hosts may share their screen here.", Reason: BySettings}
	case kind == Microphone && state == On && !s.Unmute.includes(p.Role) && !p.asked:
		return &Error{Code: Forbidden, Text: "Only hosts may turn microphones on here.", Reason: BySettings}
	}
	return nil
}
