// Spec: log drivers and their options, whose names are checked at create and whose
// values at start.

package spec

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/dmap-dev/dmap/engine/docker/sim/internal/wire"
)

// checkLog refuses log drivers that do not exist, and unknown options of the drivers
// that are always there.
func checkLog(l LogConfig) error {
	if !knownLogDriver(l.Type) {
		return wire.BadRequest("error looking up logging plugin %s: plugin %q not found", l.Type, l.Type)
	}
	if l.Type == "none" {
		return nil
	}
	mode := l.Config["mode"]
	if mode != "" && mode != "blocking" && mode != "non-blocking" {
		return wire.BadRequest("logger: logging mode not supported: %s", mode)
	}
	if size, ok := l.Config["max-buffer-size"]; ok && mode != "non-blocking" {
		return wire.BadRequest("logger: max-buffer-size option is only supported with 'mode=non-blocking'")
	} else if ok && !humanSize.MatchString(size) {
		return wire.BadRequest("error parsing option max-buffer-size: invalid size: '%s'", size)
	}
	if off, ok := l.Config["cache-disabled"]; ok && !isBool(off) {
		return wire.BadRequest("invalid value for option cache-disabled: %s", off)
	}
	for _, option := range slices.Sorted(maps.Keys(l.Config)) {
		if strings.HasPrefix(option, "cache-") || option == "mode" || option == "max-buffer-size" {
			continue
		}
		if known, ok := logOptions(l.Type); ok && !slices.Contains(known, option) {
			if l.Type == "local" {
				return wire.BadRequest("unknown log opt '%s' for log driver local", option)
			}
			return wire.BadRequest("unknown log opt '%s' for %s log driver", option, cmp.Or(l.Type, "json-file"))
		}
	}
	if l.Type == "gelf" && l.Config["gelf-address"] == "" {
		return wire.BadRequest("gelf-address is a required parameter")
	}
	return nil
}

// logOptions returns the options that a driver has; false if they are not known here.
func logOptions(driver string) ([]string, bool) {
	files := []string{"max-file", "max-size", "compress"}
	attributes := []string{"env", "env-regex", "labels", "labels-regex", "tag"}
	switch driver {
	case "local":
		return files, true
	case "", "json-file":
		return append(files, attributes...), true
	case "journald":
		return attributes, true
	case "syslog":
		return append(attributes, "syslog-address", "syslog-facility", "syslog-format", "syslog-tls-ca-cert", "syslog-tls-cert",
			"syslog-tls-key", "syslog-tls-skip-verify"), true
	}
	return nil, false
}

func knownLogDriver(name string) bool {
	known := []string{"", "none", "awslogs", "fluentd", "gcplogs", "gelf", "journald", "json-file", "local", "logentries", "splunk", "syslog"}
	i := sort.SearchStrings(known[2:], name)
	return name == "" || name == "none" || i < len(known)-2 && known[2+i] == name
}

var humanSize = regexp.MustCompile(`^[0-9]+(\.[0-9]+)* ?([kKmMgGtTpP])?[iI]?[bB]?$`)

func isBool(text string) bool {
	_, err := strconv.ParseBool(text)
	return err == nil
}

// CheckLogFile refuses option values with which no log file can be opened.
func CheckLogFile(l LogConfig) error {
	var err error
	switch l.Type {
	case "json-file":
		err = checkJSONFile(l.Config)
	case "local":
		err = checkLocalFile(l.Config)
	}
	if err != nil {
		return wire.Failure("failed to initialize logging driver: %v", err)
	}
	return nil
}

func checkJSONFile(options map[string]string) error {
	if size, ok := options["max-size"]; ok && !humanSize.MatchString(size) {
		return fmt.Errorf("invalid size: '%s'", size)
	} else if ok && strings.Trim(size[:1+strings.LastIndexAny(size, "0123456789")], "0.") == "" {
		return fmt.Errorf("max-size must be a positive number")
	}
	if text, ok := options["max-file"]; ok {
		n, err := strconv.Atoi(text)
		if err != nil {
			return err
		}
		if n < 1 {
			return fmt.Errorf("max-file cannot be less than 1")
		}
	}
	if text, ok := options["compress"]; ok {
		if _, err := strconv.ParseBool(text); err != nil {
			return err
		}
	}
	for _, name := range []string{"labels-regex", "env-regex"} {
		if _, err := regexp.Compile(options[name]); err != nil {
			return err
		}
	}
	return nil
}

func checkLocalFile(options map[string]string) error {
	if size, ok := options["max-size"]; ok && !humanSize.MatchString(size) {
		return fmt.Errorf("invalid value for max-size: %s: invalid size: '%s'", size, size)
	}
	files, compress := 5, true
	var err error
	if text, ok := options["max-file"]; ok {
		if files, err = strconv.Atoi(text); err != nil {
			return fmt.Errorf("invalid value for max-file: %s: %w", text, err)
		}
	}
	if text, ok := options["compress"]; ok {
		if compress, err = strconv.ParseBool(text); err != nil {
			return fmt.Errorf("error reading compress log option: %w", err)
		}
	}
	switch {
	case files < 0:
		return fmt.Errorf("max file count cannot be less than 0")
	case compress && files <= 1:
		return fmt.Errorf("compression cannot be enabled when max file count is 1")
	}
	return nil
}
