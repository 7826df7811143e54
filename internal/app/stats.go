package app

import "noom/internal/media"

// MediaStats is what may be known of the media now.
func (a *App) MediaStats() media.Stats { return a.media.Stats() }
