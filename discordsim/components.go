package discordsim

import (
	"encoding/json"
	"fmt"
	"slices"
)

// Component types.
const (
	componentRow           = 1
	componentButton        = 2
	componentSelect        = 3
	componentTextInput     = 4
	componentUserSelect    = 5
	componentRoleSelect    = 6
	componentMentionable   = 7
	componentChannelSelect = 8
	componentSection       = 9
	componentText          = 10
	componentThumbnail     = 11
	componentGallery       = 12
	componentFile          = 13
	componentSeparator     = 14
	componentContainer     = 17
	componentLabel         = 18
	componentUpload        = 19
	componentRadio         = 21
	componentCheckboxes    = 22
	componentCheckbox      = 23
)

var (
	anySelect    = []int{componentSelect, componentUserSelect, componentRoleSelect, componentMentionable, componentChannelSelect}
	topLevelV2   = []int{componentRow, componentSection, componentText, componentGallery, componentFile, componentSeparator, componentContainer}
	inContainer  = []int{componentRow, componentSection, componentText, componentGallery, componentFile, componentSeparator}
	inRow        = append([]int{componentButton}, anySelect...)
	inLabel      = append([]int{componentTextInput, componentUpload, componentRadio, componentCheckboxes, componentCheckbox}, anySelect...)
	topLevelForm = []int{componentRow, componentText, componentLabel}
)

// componentCheck walks the components of one message or modal.
type componentCheck struct {
	total  int
	text   int
	nextID int
	ids    map[int]bool
	custom map[string]bool
	media  func(name string) bool // whether attachment://name is among the files
}

func newComponentCheck(media func(string) bool) *componentCheck {
	return &componentCheck{ids: map[int]bool{}, custom: map[string]bool{}, media: media}
}

// messageComponents checks a message's components and gives each an id.
func messageComponents(f *form, v2 bool, media func(string) bool) []Object {
	check := newComponentCheck(media)
	var list []*form
	if v2 {
		list = f.list("components", 0, 40)
	} else {
		list = f.list("components", 0, 5)
	}
	out := make([]Object, 0, len(list))
	for _, c := range list {
		if v2 {
			check.one(c, topLevelV2)
		} else {
			check.one(c, []int{componentRow})
		}
		out = append(out, c.v)
	}
	if check.total > 40 {
		f.fail("components", "BASE_TYPE_MAX_LENGTH", "Must be 40 or fewer in length.")
	}
	if check.text > 4000 {
		f.fail("components", "COMPONENT_MAX_TOTAL_TEXT_LENGTH", "The total text of components must be 4000 or fewer in length.")
	}
	check.number(out)
	return out
}

// modalComponents checks a modal's: labels, text displays and, as before labels, rows with one text input.
func modalComponents(f *form) []Object {
	check := newComponentCheck(func(string) bool { return false })
	f.need("components")
	list := f.list("components", 1, 5)
	out := make([]Object, 0, len(list))
	for _, c := range list {
		switch check.kind(c, topLevelForm) {
		case componentRow:
			for _, input := range c.list("components", 1, 1) {
				check.one(input, []int{componentTextInput})
				input.need("label")
				input.text("label", 1, 45)
			}
		case componentLabel:
			check.label(c)
		case componentText:
			check.one(c, topLevelForm)
		}
		out = append(out, c.v)
	}
	check.number(out)
	return out
}

func (k *componentCheck) label(c *form) {
	c.need("label", "component")
	c.text("label", 1, 45)
	c.text("description", 0, 100)
	if inner := c.object("component"); inner != nil {
		k.one(inner, inLabel)
		if slices.Contains(anySelect, inner.integer("type", 0, 999, 0)) && inner.flag("disabled") {
			inner.fail("disabled", "MODAL_COMPONENT_DISABLED", "Components in modals cannot be disabled.")
		}
	}
}

// kind reads the type, which must be among those allowed here.
func (k *componentCheck) kind(c *form, allowed []int) int {
	c.need("type")
	n := c.integer("type", 0, 999, 0)
	if !slices.Contains(allowed, n) {
		c.fail("type", "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of %v.", tuple(allowed))
		return 0
	}
	return n
}

func tuple(list []int) string {
	out := "("
	for i, n := range list {
		if i > 0 {
			out += ", "
		}
		out += fmt.Sprint(n)
	}
	return out + ")"
}

func (k *componentCheck) one(c *form, allowed []int) {
	k.total++
	kind := k.kind(c, allowed)
	if id := c.integer("id", 0, 1<<31-1, 0); id != 0 {
		if k.ids[id] {
			c.fail("id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
		}
		k.ids[id] = true
	}
	switch kind {
	case componentRow:
		k.row(c)
	case componentButton:
		k.button(c)
	case componentSelect, componentUserSelect, componentRoleSelect, componentMentionable, componentChannelSelect:
		k.menu(c, kind)
	case componentTextInput:
		k.textInput(c)
	case componentSection, componentText, componentThumbnail, componentGallery, componentFile, componentSeparator, componentContainer:
		k.layout(c, kind)
	case componentUpload, componentRadio, componentCheckboxes, componentCheckbox:
		k.question(c, kind)
	}
}

func (k *componentCheck) customID(c *form) {
	c.need("custom_id")
	id := c.text("custom_id", 1, 100)
	if id != "" && k.custom[id] {
		c.fail("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	k.custom[id] = true
}

func (k *componentCheck) row(c *form) {
	c.need("components")
	children := c.list("components", 1, 5)
	width := 0
	for _, child := range children {
		k.one(child, inRow)
		width++
		if child.integer("type", 0, 999, 0) != componentButton {
			width += 4 // a select fills the row
		}
	}
	if width > 5 {
		c.fail("components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
	}
}

func (k *componentCheck) button(c *form) {
	c.need("style")
	style := c.oneOf("style", 1, 2, 3, 4, 5, 6)
	c.text("label", 0, 80)
	switch {
	case style == 6:
		c.need("sku_id")
		return
	case style == 5:
		c.need("url")
		c.text("url", 1, 512)
		if c.given("custom_id") {
			c.fail("custom_id", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
	default:
		k.customID(c)
		if c.given("url") {
			c.fail("url", "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE", "A custom id and url cannot both be specified")
		}
	}
	if !c.given("label") && !c.given("emoji") {
		c.fail("", "BUTTON_COMPONENT_LABEL_REQUIRED", "A button must have a label or an emoji")
	}
}

func (k *componentCheck) menu(c *form, kind int) {
	k.customID(c)
	c.text("placeholder", 0, 150)
	least, most := c.integer("min_values", 0, 25, 1), c.integer("max_values", 1, 25, 1)
	if least > most {
		c.fail("min_values", "SELECT_COMPONENT_MIN_VALUES_TOO_LARGE", "min_values must not exceed max_values")
	}
	c.v["min_values"], c.v["max_values"] = least, most
	if kind != componentSelect {
		c.list("default_values", 0, 25)
		return
	}
	c.need("options")
	k.options(c, 1, 25)
}

func (k *componentCheck) options(c *form, least, most int) {
	seen := map[string]bool{}
	for _, o := range c.list("options", least, most) {
		o.need("label", "value")
		o.text("label", 1, 100)
		o.text("description", 0, 100)
		value := o.text("value", 1, 100)
		if seen[value] {
			o.fail("value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", "The specified option value is already used")
		}
		seen[value] = true
	}
}

func (k *componentCheck) textInput(c *form) {
	k.customID(c)
	c.need("style")
	c.oneOf("style", 1, 2)
	c.text("placeholder", 0, 100)
	c.text("value", 0, 4000)
	c.integer("min_length", 0, 4000, 0)
	c.integer("max_length", 1, 4000, 4000)
	c.flag("required")
}

// question is a component that only modals have.
func (k *componentCheck) question(c *form, kind int) {
	k.customID(c)
	switch kind {
	case componentUpload:
		c.integer("min_values", 0, 10, 1)
		c.integer("max_values", 1, 10, 1)
	case componentRadio:
		c.need("options")
		k.options(c, 2, 10)
	case componentCheckboxes:
		c.need("options")
		k.options(c, 1, 10)
		c.integer("min_values", 0, 10, 1)
		c.integer("max_values", 1, 10, 1)
	case componentCheckbox:
		c.flag("default")
	}
}

// number gives ids to the components that came without one.
func (k *componentCheck) number(components []Object) {
	walkComponents(components, func(c Object) {
		if n, ok := c["id"].(json.Number); ok && n != "0" {
			return
		}
		for k.nextID++; k.ids[k.nextID]; k.nextID++ {
		}
		c["id"] = k.nextID
	})
}

// walkComponents visits components and what is nested in them.
func walkComponents(components []Object, visit func(Object)) {
	for _, c := range components {
		visit(c)
		walkComponents(objects(c["components"]), visit)
		for _, key := range []string{"accessory", "component"} {
			if inner, ok := c[key].(Object); ok {
				walkComponents([]Object{inner}, visit)
			}
		}
	}
}

func objects(v any) []Object {
	if list, ok := v.([]Object); ok {
		return list
	}
	list, _ := v.([]any)
	var out []Object
	for _, entry := range list {
		if o, ok := entry.(Object); ok {
			out = append(out, o)
		}
	}
	return out
}

// findComponent finds the component with a custom id.
func findComponent(components []Object, customID string) Object {
	var found Object
	walkComponents(components, func(c Object) {
		if c["custom_id"] == customID {
			found = c
		}
	})
	return found
}

// number reads an integer out of a component, whichever way it was decoded.
func number(v any, otherwise int) int {
	switch n := v.(type) {
	case int:
		return n
	case float64:
		return int(n)
	case json.Number:
		i, err := n.Int64()
		if err == nil {
			return int(i)
		}
	}
	return otherwise
}
