package keys

// Field says what kind of content a sealed value is. The number is authenticated with every value, so that what was
// sealed as one thing is never read as another; tables and columns may be renamed freely.
//
// Frozen: a number is never changed and never used again. New fields get the next one.
type Field uint16

const (
	FieldMessage   Field = 1  // a message's content
	FieldRevision  Field = 2  // what a message said before an edit
	FieldPerson    Field = 3  // a person's user id and what we keep about them in a guild
	FieldTicket    Field = 4  // a ticket's answers; and once its close reason
	FieldConfig    Field = 5  // a guild's settings
	FieldCategory  Field = 6  // a category: names, texts, roles, form
	FieldPanel     Field = 7  // a panel's texts and buttons
	FieldEvent     Field = 8  // the detail of an event
	FieldEffect    Field = 9  // what an effect is going to say to Discord, interaction tokens included
	FieldBlob      Field = 10 // an attachment's bytes
	FieldBlobMeta  Field = 11 // an attachment's name, type and size
	FieldSession   Field = 12 // a dashboard session (server)
	FieldSummary   Field = 13 // the signed summary of a closed ticket
	FieldChannel   Field = 14 // a channel's name and topic
	FieldGateway   Field = 15 // a shard's resume state (server)
	FieldRole      Field = 16 // a role's name and colour, as seen
	FieldNote      Field = 17 // a staff note
	FieldRating    Field = 18 // a rating's comment
	FieldWebhook   Field = 19 // a webhook's address and secret
	FieldOAuth     Field = 20 // a login under way (server)
	FieldJob       Field = 21 // what a job must not show in its arguments
	FieldGuildName Field = 22 // a guild's name and icon
	FieldReceipt   Field = 23 // a receipt of forgetting (server)
	FieldErasure   Field = 24 // a person's wish to be forgotten (server)
	FieldReason    Field = 25 // why a ticket was closed
)
