package privacy

import _ "embed"

//go:embed policy.txt
var policyText string

// Policy is the policy's text, as policy.txt has it.
func Policy() string { return policyText }
