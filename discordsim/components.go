package discordsim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
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
		list = f.list("components", 0, maxComponents)
	} else {
		list = f.list("components", 0, maxRows)
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
	if check.total > maxComponents {
		f.fail("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", "The number of components exceeds the maximum of %d", maxComponents)
	}
	if check.text > maxComponentText {
		f.fail("components", "COMPONENT_MAX_TOTAL_TEXT_LENGTH", "The total text of components must be %d or fewer in length.", maxComponentText)
	}
	check.number(out)
	for _, o := range out {
		dropRequired(o)
	}
	return out
}

// dropRequired: selects of messages cannot be required, and do not repeat that they are.
func dropRequired(component Object) {
	delete(component, "required")
	inner, _ := component["components"].([]any)
	for _, v := range inner {
		if o, ok := v.(Object); ok {
			dropRequired(o)
		}
	}
}

// modalComponents checks a modal's: labels, text displays and, as before labels, rows with one text input.
func modalComponents(f *form) []Object {
	check := newComponentCheck(func(string) bool { return false })
	f.need("components")
	list := f.list("components", 1, maxModalParts)
	out := make([]Object, 0, len(list))
	for _, c := range list {
		switch check.kind(c, topLevelForm) {
		case componentRow:
			for _, input := range c.list("components", 1, 1) {
				check.one(input, []int{componentTextInput})
				input.need("label")
				input.text("label", 1, maxLabel)
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
	c.text("label", 1, maxLabel)
	c.text("description", 0, maxLabelDescription)
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

// tuple is a list as Python shows it: (1,) and (1, 9).
func tuple(list []int) string {
	out := "("
	for i, n := range list {
		if i > 0 {
			out += " "
		}
		out += fmt.Sprint(n) + ","
	}
	if len(list) > 1 {
		out = strings.TrimSuffix(out, ",")
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
	id := c.text("custom_id", 1, maxCustomID)
	if id != "" && k.custom[id] {
		c.fail("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated")
	}
	k.custom[id] = true
}

func (k *componentCheck) row(c *form) {
	c.need("components")
	children := c.list("components", 1, maxRowWidth)
	width := 0
	for _, child := range children {
		k.one(child, inRow)
		width++
		if child.integer("type", 0, 999, 0) != componentButton {
			width += maxRowWidth - 1 // a select fills the row
		}
		if width > maxRowWidth && len(children) <= maxRowWidth {
			child.fail("", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "The specified component exceeds the maximum width")
		}
	}
}

func (k *componentCheck) button(c *form) {
	c.need("style")
	style := c.oneOf("style", 1, 2, 3, 4, 5, 6)
	c.text("label", 0, maxButtonLabel)
	switch {
	case style == 6:
		c.need("sku_id")
		return
	case style == 5:
		c.need("url")
		c.text("url", 1, maxButtonURL)
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
	c.text("placeholder", 0, maxPlaceholder)
	least, most := c.integer("min_values", 0, maxChosen, 1), c.integer("max_values", 1, maxChosen, 1)
	if least > most && least <= maxChosen {
		c.fail("min_values", "SELECT_COMPONENT_MIN_VALUES_TOO_LARGE", "min_values must not exceed max_values")
	}
	c.v["min_values"], c.v["max_values"] = least, most
	if kind != componentSelect {
		c.list("default_values", 0, maxChosen)
		return
	}
	c.need("options")
	k.options(c, 1, maxOptions)
}

func (k *componentCheck) options(c *form, least, most int) {
	seen := map[string]bool{}
	for _, o := range c.list("options", least, most) {
		o.need("label", "value")
		o.text("label", 1, maxOptionText)
		o.text("description", 0, maxOptionText)
		value := o.text("value", 1, maxOptionText)
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
	c.text("placeholder", 0, maxInputPlaceholder)
	c.text("value", 0, maxInputText)
	c.integer("min_length", 0, maxInputText, 0)
	c.integer("max_length", 1, maxInputText, maxInputText)
	c.flag("required")
}

// question is a component that only modals have.
func (k *componentCheck) question(c *form, kind int) {
	k.customID(c)
	switch kind {
	case componentUpload:
		c.integer("min_values", 0, maxUploads, 1)
		c.integer("max_values", 1, maxUploads, 1)
	case componentRadio:
		c.need("options")
		k.options(c, leastRadios, maxRadios)
	case componentCheckboxes:
		c.need("options")
		k.options(c, 1, maxCheckboxes)
		c.integer("min_values", 0, maxCheckboxes, 1)
		c.integer("max_values", 1, maxCheckboxes, 1)
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
