// Package contract holds the simulator against descriptions of Discord that were not written here: REST against
// Discord's own OpenAPI description, the gateway against the types of discord.js. Both come from npm (tests/contract).
//
// A test lets a [Judge] listen with [Watch]; when the test is over, every exchange and payload of a shape that was not yet
// seen in this process is judged. What is judged more strictly than the descriptions ask: a field that they do not have
// is a violation too, and so is a route, an event or a query parameter. What they lack, and what is therefore not judged,
// is named in exempt.go.
package contract
