package discordsim_test

import (
	"fmt"

	"ticketbot/discordsim"
)

const componentsV2 = 1 << 15

func button(label, id string) object {
	return object{"type": 2, "style": 1, "label": label, "custom_id": id}
}

func row(inside ...object) object { return object{"type": 1, "components": inside} }

func menu(id string, options ...object) object {
	return object{"type": 3, "custom_id": id, "options": options}
}

func option(label, value string) object { return object{"label": label, "value": value} }

func textDisplay(content string) object { return object{"type": 10, "content": content} }

// showing is an edge of the components of a message.
func showing(path string, refusal func(string) func(discordsim.Limit, int) reply, components func(n int) []object) edge {
	return posting("components"+path, refusal, func(n int) object { return object{"components": components(n)} })
}

// showingV2 is showing with IS_COMPONENTS_V2.
func showingV2(path string, refusal func(string) func(discordsim.Limit, int) reply, components func(n int) []object) edge {
	return posting("components"+path, refusal, func(n int) object {
		return object{"flags": componentsV2, "components": components(n)}
	})
}

// single is showing one component in a row.
func single(path string, refusal func(string) func(discordsim.Limit, int) reply, component func(n int) object) edge {
	return showing(".0.components.0."+path, refusal, func(n int) []object { return []object{row(component(n))} })
}

func with(code, message string) func(string) func(discordsim.Limit, int) reply {
	return func(path string) func(discordsim.Limit, int) reply { return said(path, code, message) }
}

func componentEdges() map[string]edge {
	picture := object{"media": object{"url": "https://example.org/a.png"}}
	return map[string]edge{
		"rows": showing("", lengthOf, func(n int) []object {
			return several(n, func(i int) object { return row(button("x", fmt.Sprint(i))) })
		}),
		"buttons in a row": showing(".0.components", lengthOf, func(n int) []object {
			return []object{row(several(n, func(i int) object { return button("x", fmt.Sprint(i)) })...)}
		}),
		"selects in a row": showing(".0.components.1", with("COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width"), func(n int) []object {
			return []object{row(several(n, func(i int) object { return menu(fmt.Sprint(i), option("x", "x")) })...)}
		}),
		"components": showingV2("", with("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The number of components exceeds the maximum of 40"), func(n int) []object {
			return []object{
				{"type": 17, "components": several(20, func(int) object { return textDisplay("x") })},
				{"type": 17, "components": several(n-22, func(int) object { return textDisplay("x") })},
			}
		}),
		"text of components": showingV2("", with("COMPONENT_MAX_TOTAL_TEXT_LENGTH", "The total text of components must be 4000 or fewer in length."), func(n int) []object {
			return []object{textDisplay(text(3000)), {"type": 17, "components": []object{textDisplay(text(n - 3000))}}}
		}),
		"custom id": single("custom_id", lengthOf, func(n int) object { return button("x", text(n)) }),
		"custom ids alike": showing(".0.components.1.custom_id", with("COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"), func(n int) []object {
			return []object{row(several(n, func(int) object { return button("x", "same") })...)}
		}),
		"button label": single("label", lengthOf, func(n int) object { return button(text(n), "x") }),
		"button url":   single("url", lengthOf, func(n int) object { return object{"type": 2, "style": 5, "label": "x", "url": text(n)} }),
		"select options": single("options", lengthOf, func(n int) object {
			return menu("x", several(n, func(i int) object { return option("x", fmt.Sprint(i)) })...)
		}),
		"select values alike": single("options.1.value", with("SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used"), func(n int) object {
			return menu("x", several(n, func(int) object { return option("x", "same") })...)
		}),
		"option label": single("options.0.label", lengthOf, func(n int) object { return menu("x", option(text(n), "x")) }),
		"option value": single("options.0.value", lengthOf, func(n int) object { return menu("x", option("x", text(n))) }),
		"option description": single("options.0.description", lengthOf, func(n int) object {
			return menu("x", object{"label": "x", "value": "x", "description": text(n)})
		}),
		"placeholder": single("placeholder", lengthOf, func(n int) object {
			return object{"type": 5, "custom_id": "x", "placeholder": text(n)}
		}),
		"min values": single("min_values", numberOf, func(n int) object {
			return object{"type": 5, "custom_id": "x", "min_values": n, "max_values": 25}
		}),
		"max values": single("max_values", numberOf, func(n int) object {
			return object{"type": 5, "custom_id": "x", "min_values": 0, "max_values": n}
		}),
		"gallery": showingV2(".0.items", lengthOf, func(n int) []object {
			return []object{{"type": 12, "items": several(n, func(int) object { return picture })}}
		}),
		"section": showingV2(".0.components", lengthOf, func(n int) []object {
			return []object{{"type": 9, "accessory": button("x", "x"), "components": several(n, func(int) object { return textDisplay("x") })}}
		}),
		"media description": showingV2(".0.items.0.description", lengthOf, func(n int) []object {
			return []object{{"type": 12, "items": []object{{"media": picture["media"], "description": text(n)}}}}
		}),
	}
}

// asking is an edge of a form that answers a click.
func asking(path string, refusal func(string) func(discordsim.Limit, int) reply, change func(n int, data object)) edge {
	return edge{func(s *scene, n int) reply {
		data := object{"custom_id": "form", "title": "Form", "components": []object{labelled(object{"type": 4, "style": 1, "custom_id": "x"})}}
		change(n, data)
		m := s.want(200, "POST", s.postPath(), object{"components": []object{row(button("Open", "open"))}})
		click := must(s.sim.Click(s.mia.ID, must(discordsim.ParseID(m.id()))(s.t), "open"))(s.t)
		return s.callback(click, object{"type": 9, "data": data})
	}, refusal("data." + path)}
}

func (s *scene) callback(i *discordsim.Interaction, body object) reply {
	s.t.Helper()
	return s.rest("POST", fmt.Sprintf("/interactions/%s/%s/callback", i.ID, i.Token()), body)
}

func labelled(component object) object {
	return object{"type": 18, "label": "Label", "component": component}
}

// question is asking with one component below a label.
func question(path string, refusal func(string) func(discordsim.Limit, int) reply, component func(n int) object) edge {
	return asking("components.0.component."+path, refusal, func(n int, data object) {
		data["components"] = []object{labelled(component(n))}
	})
}

func input(key string) func(n int) object {
	return func(n int) object { return object{"type": 4, "style": 1, "custom_id": "x", key: n} }
}

func modalEdges() map[string]edge {
	choices := func(kind int) func(n int) object {
		return func(n int) object {
			return object{"type": kind, "custom_id": "x", "options": several(n, func(i int) object { return option("x", fmt.Sprint(i)) })}
		}
	}
	part := func(key string) func(n int, data object) {
		return func(n int, data object) { data["components"].([]object)[0][key] = text(n) }
	}
	return map[string]edge{
		"modal title":     asking("title", neededText, func(n int, data object) { data["title"] = text(n) }),
		"modal custom id": asking("custom_id", neededText, func(n int, data object) { data["custom_id"] = text(n) }),
		"modal components": asking("components", lengthOf, func(n int, data object) {
			data["components"] = several(n, func(int) object { return textDisplay("x") })
		}),
		"label":             asking("components.0.label", lengthOf, part("label")),
		"label description": asking("components.0.description", lengthOf, part("description")),
		"text input label": asking("components.0.components.0.label", lengthOf, func(n int, data object) {
			data["components"] = []object{row(object{"type": 4, "style": 1, "custom_id": "x", "label": text(n)})}
		}),
		"text input placeholder": question("placeholder", lengthOf, func(n int) object {
			return object{"type": 4, "style": 1, "custom_id": "x", "placeholder": text(n)}
		}),
		"text input value": question("value", lengthOf, func(n int) object {
			return object{"type": 4, "style": 2, "custom_id": "x", "value": text(n)}
		}),
		"text input min length": question("min_length", numberOf, input("min_length")),
		"text input max length": question("max_length", numberOf, input("max_length")),
		"uploads":               question("max_values", numberOf, func(n int) object { return object{"type": 19, "custom_id": "x", "max_values": n} }),
		"radio options":         question("options", lengthOf, choices(21)),
		"checkboxes":            question("options", lengthOf, choices(22)),
		"suggestions": {func(s *scene, n int) reply {
			typing := s.sim.BeginAutocomplete(s.app.ID, s.mia.ID, s.lobby.ID)
			return s.callback(typing, object{"type": 8, "data": object{
				"choices": several(n, func(i int) object { return object{"name": "x", "value": fmt.Sprint(i)} })}})
		}, lengthOf("data.choices")},
	}
}
