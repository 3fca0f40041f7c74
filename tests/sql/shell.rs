//! The interactive shell on a real terminal: completion, several lines, an error that ends nothing, Ctrl-C, history.

use std::process::Command;

use super::desk;
use crate::stores::python;
use crate::support::text;

/// Types lines into the shell on a terminal of its own, each once the prompt is there, and prints what came.
const TYPE: &str = r#"
import os, pty, select, signal, sys, time
program, folder, *lines = sys.argv[1:]
child, terminal = pty.fork()
if child == 0:
    os.environ['TERM'] = 'xterm'
    os.execv(program, [program, '-C', folder, 'sql'])
seen = b''
def wait(text, seconds=60):
    global seen
    end = time.time() + seconds
    begin = len(seen)
    while text not in seen[begin:] and time.time() < end:
        if select.select([terminal], [], [], 0.2)[0]:
            try:
                seen += os.read(terminal, 65536)
            except OSError:
                return
wait(b'deskferry> ')
for line in lines:
    time.sleep(0.1)
    line, _, after = line.partition('@@')
    os.write(terminal, line.encode().decode('unicode_escape').encode())
    if after == 'interrupt':
        time.sleep(1)
        os.write(terminal, b'\x03')
    wait(b'deskferry> ')
os.write(terminal, b'\\q\r')
end = time.time() + 20
status = None
while time.time() < end:
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        break
    if select.select([terminal], [], [], 0.1)[0]:
        try:
            seen += os.read(terminal, 65536)
        except OSError:
            pass
else:
    os.kill(child, signal.SIGKILL)
sys.stdout.buffer.write(seen)
sys.exit(os.waitstatus_to_exitcode(status) if status is not None else 99)
"#;

#[test]
fn a_person_at_a_terminal() {
    let migration = desk();
    let forever = "SELECT count(*) FROM range(0, 100000) AS a, range(0, 100000) AS b WHERE a.value * b.value % 7 = 8;";
    let output = Command::new(python())
        .args(["-c", TYPE, env!("CARGO_BIN_EXE_deskferry")])
        .arg(migration.path())
        .args([
            "\\\\format csv\r",
            "SELECT 'tick-' || count(*) AS n FROM hesk.repl\t WHERE false;\r",
            "SELECT 'two-' ||\r 'lines' AS l;\r",
            "SELECT 1 FROM nowhere;\r",
            &format!("{forever}\r@@interrupt"),
            "SELECT 'my password' AS p;\r",
            "SELECT 'still-' || 'here' AS s;\r",
        ])
        .output()
        .unwrap();
    let seen = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{seen}\n{}", text(&output.stderr));
    for wanted in ["tick-0", "two-lines", "there is no table", "stopped before", "my password", "still-here"] {
        assert!(seen.contains(wanted), "{wanted}: {seen}");
    }
    let history = migration.path().join(".deskferry_history");
    let kept = std::fs::read_to_string(&history).unwrap();
    assert!(kept.contains("still-") && kept.contains("hesk.replies") && !kept.contains("password"), "{kept}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&history).unwrap().permissions().mode() & 0o077, 0);
    }
}
