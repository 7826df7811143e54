package app

import (
	"fmt"
	"net"

	"noom/internal/metrics"
)

// buildMetrics takes the operators' address.
func (a *App) buildMetrics(address, version string) (err error) {
	a.metricsListener, err = net.Listen("tcp", address)
	if inUse(err) {
		return fmt.Errorf("%s is already in use in TCP by another program: choose another address with --metrics", address)
	}
	if err != nil {
		return fmt.Errorf("opening %s for metrics: %w", address, err)
	}
	a.metrics, err = metrics.New(metrics.Config{Media: a.media, Version: version, Log: a.log})
	return err
}

// MetricsURL is where operators look, or empty.
func (a *App) MetricsURL() string {
	if a.metricsListener == nil {
		return ""
	}
	return "http://" + a.metricsListener.Addr().String()
}
