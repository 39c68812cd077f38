package keys_test

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"ticketbot/keys"
)

// holderAt makes the test binary a process that borrows keys from this address.
const holderAt = "KEYS_TEST_HOLDER_AT"

// TestHolderProcess is the other process of the tests below: for each line, a sealed message in hex, it says what it read.
func TestHolderProcess(t *testing.T) {
	if os.Getenv(holderAt) == "" {
		t.Skip("it is started by another test")
	}
	r := dial(t, address(t, os.Getenv(holderAt)), keys.Certificates{})
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		sealed, err := hex.DecodeString(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		plain, err := r.Unseal(inTicketOne, sealed)
		switch {
		case err == nil:
			fmt.Printf("opened %s\n", plain)
		case errors.Is(err, keys.ErrForgotten):
			fmt.Println("forgotten")
		case errors.Is(err, keys.ErrUnavailable):
			fmt.Println("unavailable")
		default:
			fmt.Println(err)
		}
	}
}

var inTicketOne = keys.Ref{Guild: guild, Epoch: epoch, Field: keys.FieldMessage, Row: 1, Ticket: keys.TicketPath(1)}

type holderProcess struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.Writer
	says *bufio.Scanner
}

func startHolder(t *testing.T, a keys.Address) *holderProcess {
	t.Helper()
	p := &holderProcess{t: t, cmd: exec.Command(os.Args[0], "-test.run=^TestHolderProcess$")}
	p.cmd.Env = append(os.Environ(), holderAt+"="+a.String())
	in, err1 := p.cmd.StdinPipe()
	out, err2 := p.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, p.cmd.Start()); err != nil {
		t.Fatal(err)
	}
	p.in, p.says = in, bufio.NewScanner(out)
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); _ = p.cmd.Wait() })
	return p
}

func (p *holderProcess) ask(sealed []byte) { fmt.Fprintf(p.in, "%x\n", sealed) }

func (p *holderProcess) wants(says string) {
	p.t.Helper()
	if !p.says.Scan() || strings.TrimSpace(p.says.Text()) != says {
		p.t.Fatalf("it says %q, want %q", p.says.Text(), says)
	}
}

func (p *holderProcess) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

func TestAnotherProcessReadsWhatThisOneSealedUntilItIsForgotten(t *testing.T) {
	t.Parallel()
	owner, a, _ := borrowed(t)
	other := startHolder(t, a)
	sealed := seal(t, owner, inTicketOne, "hello")
	other.ask(sealed)
	other.wants("opened hello")
	forget(t, owner, ticket(1))
	other.ask(sealed)
	other.wants("forgotten")
}

// A process that stands still hears nothing. When it goes on, its lease is over, and it knows.
func TestFrozenProcessOpensNothingAfterwards(t *testing.T) {
	t.Parallel()
	owner, a, _ := borrowed(t)
	frozen := startHolder(t, a)
	sealed := seal(t, owner, inTicketOne, "hello")
	frozen.ask(sealed)
	frozen.wants("opened hello")

	frozen.signal(syscall.SIGSTOP)
	var status syscall.WaitStatus
	if _, err := syscall.Wait4(frozen.cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		t.Fatalf("it does not stand still: %v, %v", status, err)
	}
	frozen.ask(sealed) // read as soon as it goes on
	began := time.Now()
	forget(t, owner, ticket(1))
	took := time.Since(began)
	t.Logf("forgetting with one frozen took %s", took)
	if took < leaseTime/2 || took > leaseTime+slack {
		t.Errorf("forgetting took %s, want about the lease of %s", took, leaseTime)
	}
	frozen.signal(syscall.SIGCONT)
	frozen.wants("unavailable")
	for began = time.Now(); ; time.Sleep(10 * time.Millisecond) {
		frozen.ask(sealed)
		if frozen.says.Scan() && frozen.says.Text() == "forgotten" {
			return
		}
		if time.Since(began) > leaseTime {
			t.Fatalf("it still says %q", frozen.says.Text())
		}
	}
}

// A process that dies gives nothing back, so its lease is waited for, once.
func TestDeadProcessIsWaitedForOnce(t *testing.T) {
	t.Parallel()
	owner, a, _ := borrowed(t)
	dead := startHolder(t, a)
	sealed := seal(t, owner, inTicketOne, "hello")
	dead.ask(sealed)
	dead.wants("opened hello")
	dead.signal(syscall.SIGKILL)
	_ = dead.cmd.Wait()
	for _, most := range []time.Duration{leaseTime + slack, slack} {
		began := time.Now()
		forget(t, owner, ticket(1))
		if took := time.Since(began); took > most {
			t.Errorf("forgetting took %s, want at most %s", took, most)
		}
	}
}
