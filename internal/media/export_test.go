package media

// Portable makes the engine use the portable sockets on any system.
func (c Config) Portable() Config {
	c.portable = true
	return c
}
