package discord
import ("testing";"fmt";"ticketbot/internal/say")
func TestPrintPerm(t *testing.T){ for _,p:=range Required(){fmt.Printf("| %s | %s |\n",p.Name,say.T(p.Why))}; fmt.Println(int64(mask(Required())));for _,p:=range Optional(){fmt.Printf("| %s | %s |\n",p.Name,say.T(p.Why))}; fmt.Println(int64(mask(Optional())), int64(Invited()))
for _,p:=range append(Required(),Optional()...){fmt.Println(p.Name,int64(p.Bit))}}
