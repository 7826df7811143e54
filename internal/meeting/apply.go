package meeting

import "fmt"

// apply finds a command's rule: of a session and its seat here, of hosts in applyHost, of what is said in applyChat, of
// the room's keeping in applyKept.
func (t *turn) apply(c Command) *Error {
	switch c := c.(type) {
	case Connect:
		return t.connect(c)
	case Closing:
		return t.closing(c)
	case Disconnect:
		return t.disconnect(c)
	case Join:
		return t.join(c)
	case Leave:
		return t.leave(c)
	case Rename:
		return t.rename(c)
	case Publish:
		return t.publish(c)
	case Hand:
		return t.hand(c)
	case React:
		return t.react(c)
	case Speak:
		return t.speak(c)
	case Expire:
		return t.expire()
	case Chat, ChatEdit, ChatDelete, ChatReact, Browse, Stored, Amended, Recall:
		return t.applyChat(c)
	case Record, Dissolve, ChangeSettings, MakeLink:
		return t.applyKept(c)
	default:
		return t.applyHost(c)
	}
}

func (t *turn) applyHost(c Command) *Error {
	switch c := c.(type) {
	case Mute:
		return t.mute(c)
	case MuteAll:
		return t.muteAll(c)
	case Ask:
		return t.ask(c)
	case Appoint:
		return t.appoint(c)
	case Remove:
		return t.remove(c)
	case Admit:
		return t.admit(c)
	case Refuse:
		return t.refuse(c)
	case Lock:
		return t.lock(c)
	case Spotlight:
		return t.spotlight(c)
	case SetTimer:
		return t.setTimer(c)
	case End:
		return t.end(c)
	default:
		panic(fmt.Sprintf("meeting: command %T has no rule", c))
	}
}

func (t *turn) applyChat(c Command) *Error {
	switch c := c.(type) {
	case Chat:
		return t.chat(c)
	case ChatEdit:
		return t.chatEdit(c)
	case ChatDelete:
		return t.amend(c.ID, unwriting, Amendment{Seq: c.Seq, change: erasing})
	case ChatReact:
		return t.chatReact(c)
	case Browse:
		return t.browse(c)
	case Stored:
		return t.stored(c)
	case Amended:
		return t.amended(c)
	case Recall:
		return t.recall(c)
	default:
		panic(fmt.Sprintf("meeting: command %T has no rule", c))
	}
}

func (t *turn) applyKept(c Command) *Error {
	switch c := c.(type) {
	case Record:
		return t.record(c)
	case ChangeSettings:
		return t.changeSettings(c)
	case MakeLink:
		return t.makeLink(c)
	case Dissolve:
		t.dissolve()
		return nil
	default:
		panic(fmt.Sprintf("meeting: command %T has no rule", c))
	}
}
