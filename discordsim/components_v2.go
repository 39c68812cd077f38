package discordsim

// layout is a component of Components V2 that shows something.
func (k *componentCheck) layout(c *form, kind int) {
	switch kind {
	case componentText:
		c.need("content")
		k.text += len([]rune(c.text("content", 1, maxComponentText)))
	case componentSection:
		c.need("components", "accessory")
		for _, text := range c.list("components", 1, maxSection) {
			k.one(text, []int{componentText})
		}
		if accessory := c.object("accessory"); accessory != nil {
			k.one(accessory, []int{componentButton, componentThumbnail})
		}
	case componentThumbnail:
		k.mediaItem(c, "media")
	case componentGallery:
		c.need("items")
		for _, item := range c.list("items", 1, maxGallery) {
			k.mediaItem(item, "media")
		}
	case componentFile:
		k.mediaItem(c, "file")
	case componentSeparator:
		c.oneOf("spacing", 1, 2)
		setDefault(c, "divider", true)
		setDefault(c, "spacing", 1)
	case componentContainer:
		c.integer("accent_color", 0, maxColor, 0)
		setDefault(c, "spoiler", false)
		setDefault(c, "accent_color", nil)
		c.need("components")
		for _, child := range c.list("components", 1, maxComponents) {
			k.one(child, inContainer)
		}
	}
}

func setDefault(c *form, key string, value any) {
	if !c.has(key) {
		c.v[key] = value
	}
}

func (k *componentCheck) mediaItem(c *form, key string) {
	c.text("description", 0, maxMediaDescription)
	setDefault(c, "spoiler", false)
	if key == "media" {
		setDefault(c, "description", nil)
	}
	c.need(key)
	media := c.object(key)
	if media == nil {
		return
	}
	media.need("url")
	url := media.text("url", 1, maxEmbedURL)
	if name, local := attachmentName(url); local && !k.media(name) {
		media.fail("url", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", "The referenced attachment was not found")
	}
}
