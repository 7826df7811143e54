package config

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// ErrHelp is returned by Load after --help: the help is printed and there is nothing to run.
var ErrHelp = flag.ErrHelp

// Load reads the configuration: args are the command line after the subcommand, environ is as os.Environ gives it. The
// file is the one that --config or NOOM_CONFIG names; without either there is none. Help is written to stdout. Errors
// are whole sentences for the operator, all of them at once where they do not hide each other.
func Load(args, environ []string, stdout io.Writer) (Config, error) {
	flags, path, err := readFlags(args, stdout)
	if err != nil {
		return Config{}, err
	}
	env, envPath, err := readEnviron(environ)
	if err != nil {
		return Config{}, err
	}
	if path == "" {
		path = envPath
	}
	c := Default()
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return Config{}, fmt.Errorf("the configuration file cannot be read: %w", err)
		}
		file, err := readFile(path, text)
		if err != nil {
			return Config{}, err
		}
		if err := apply(&c, file); err != nil {
			return Config{}, err
		}
	}
	return c, errors.Join(apply(&c, env), apply(&c, flags))
}

// given is a value that a source gives for a key; at says where, for error messages.
type given struct {
	key    string
	values []string
	at     string
}

func apply(c *Config, all []given) error {
	var errs []error
	for _, g := range all {
		k := keys[indexOf(g.key)]
		if !k.list && len(g.values) != 1 {
			errs = append(errs, fmt.Errorf("%s: takes one value, not %d", g.at, len(g.values)))
			continue
		}
		if err := k.set(c, g.values); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", g.at, err))
		}
	}
	return errors.Join(errs...)
}

func indexOf(name string) int {
	return slices.IndexFunc(keys, func(k key) bool { return k.name == name })
}

func readFlags(args []string, stdout io.Writer) (all []given, path string, err error) {
	set := flag.NewFlagSet("noom", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	set.StringVar(&path, "config", "", "")
	for _, k := range keys {
		at := "--" + k.flag()
		set.Func(k.flag(), k.usage, func(text string) error {
			i := slices.IndexFunc(all, func(g given) bool { return g.key == k.name })
			switch {
			case i < 0:
				all = append(all, given{k.name, split(k, text), at})
			case k.list:
				all[i].values = append(all[i].values, split(k, text)...)
			default:
				all[i].values = []string{text} // the last one counts, as with most programs
			}
			return nil
		})
	}
	switch err := set.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		printHelp(stdout)
		return nil, "", ErrHelp
	case err != nil:
		return nil, "", flagError(err)
	case set.NArg() > 0:
		return nil, "", fmt.Errorf("%q is not a flag; flags begin with --, as in --listen :3000", set.Arg(0))
	}
	return all, path, nil
}

// flagError turns the flag package's words into ours, with the nearest flag for one that does not exist.
func flagError(err error) error {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return err
	}
	known := []string{"config"}
	for _, k := range keys {
		known = append(known, k.flag())
	}
	return fmt.Errorf("unknown flag --%s: did you mean --%s?", name, nearest(name, known))
}

func readEnviron(environ []string) (all []given, path string, err error) {
	known := []string{envPrefix + "CONFIG"}
	for _, k := range keys {
		known = append(known, k.env())
	}
	var errs []error
	for _, line := range environ {
		name, text, _ := strings.Cut(line, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		i := slices.Index(known, name)
		switch {
		case i < 0:
			errs = append(errs, fmt.Errorf("unknown environment variable %s: did you mean %s?", name, nearest(name, known)))
		case i == 0:
			path = text
		default:
			k := keys[i-1]
			all = append(all, given{k.name, split(k, text), name})
		}
	}
	return all, path, errors.Join(errs...)
}

// split cuts a list written with commas, as flags and environment variables have it. An empty text is an empty list.
func split(k key, text string) []string {
	if !k.list {
		return []string{text}
	}
	var values []string
	for value := range strings.SplitSeq(text, ",") {
		if value = strings.TrimSpace(value); value != "" {
			values = append(values, value)
		}
	}
	return values
}

func printHelp(w io.Writer) {
	fmt.Fprintf(w, "noom serve: run the server\n\n  %-22s %s\n", "--config FILE", "read this file first (noom.example.yaml explains it)")
	for _, k := range keys {
		fmt.Fprintf(w, "  %-22s %s", "--"+k.flag(), k.usage)
		switch value := k.get(Default()); {
		case k.list:
			fmt.Fprint(w, " (several: repeat it)")
		case value == "":
		default:
			fmt.Fprintf(w, " (default %s)", value)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "\nEach is also an environment variable, as in NOOM_LOG_LEVEL, and a key of the file, as in log_level.\n")
}
