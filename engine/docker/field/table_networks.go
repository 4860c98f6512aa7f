// API fields, table: the places of a container in networks.

package field

func networkFields() []Field {
	return []Field{
		{Name: "NetworkingConfig", Record: Digest, Change: Connect, Meaning: Meaning{Kind: "places in networks", form: places, like: samePlaces, public: publicPlaces}, refs: network},
	}
}

const endpointsConfig = "EndpointsConfig"

// places are by the network's name; there are none without one.
func places(v any) any {
	in := object(v)[endpointsConfig]
	if zero(in) {
		return nil
	}
	return map[string]any{endpointsConfig: entries(in, Network, place)}
}

// publicPlaces are places without the values of driver options, which engines show.
func publicPlaces(form any) any {
	return with(form, forms{endpointsConfig: func(v any) any {
		return entries(v, sameText, func(v any) any { return with(v, forms{"DriverOpts": func(v any) any { return held(v) }}) })
	}})
}

func place(v any) any {
	texts := func(form func(string) string) func(any) any { return func(v any) any { return set(v, form) } }
	return with(v, forms{
		"Aliases":    texts(sameText),
		"Links":      texts(link),
		"MacAddress": ofText(hardware),
		"IPAMConfig": func(v any) any {
			return with(v, forms{"IPv4Address": ofText(address), "IPv6Address": ofText(address), "LinkLocalIPs": texts(address)})
		},
	})
}

// samePlaces knows that engines add aliases of their own, and addresses that nobody asked for.
func samePlaces(asked, has any, _ ID) bool {
	are := object(object(has)[endpointsConfig])
	for name, want := range object(object(asked)[endpointsConfig]) {
		got, ok := are[name]
		if !ok && IsID(name) { // engines show the name
			continue
		}
		if !ok || !samePlace(object(want), object(got)) {
			return false
		}
	}
	return true
}

func samePlace(asked, has map[string]any) bool {
	for key, value := range asked {
		got := has[key]
		switch key {
		case "Aliases", "Links":
			if !withAllOf(value, got, nil) {
				return false
			}
		case "MacAddress": // not shown while the container does not run
			if !ifShown(value, got, nil) {
				return false
			}
		default:
			if !covers(value, got) {
				return false
			}
		}
	}
	return true
}
