import http.client
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from tests.commands.conftest import Firm
from tests.commands.program import PROGRAM, environment


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(firm: Firm, *words: str, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    log = (firm.folder / "log").open("wb")
    process = subprocess.Popen(
        [*PROGRAM, "--config", str(firm.config), *words],
        cwd=firm.folder,
        env=environment(**more),
        stdout=log,
        stderr=log,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        log.close()


def log_of(firm: Firm) -> str:
    return (firm.folder / "log").read_text()


def wait_for(firm: Firm, process: subprocess.Popen[bytes], mark: str) -> None:
    for _ in range(300):
        if mark in log_of(firm):
            return
        assert process.poll() is None, log_of(firm)
        time.sleep(0.05)
    pytest.fail(f"{mark} never came: {log_of(firm)}")


def get(port: int, path: str, method: str = "GET") -> tuple[int, str]:
    """Status and content type of an answer."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request(method, path, headers={"Referer": f"http://127.0.0.1{path}"})
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("Content-Type", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_the_feed_and_ends_cleanly(firm: Firm, number: signal.Signals) -> None:
    firm.add("Ana", "ana@firm.example")
    url = firm.data("feed", "add", "--person", "ana@firm.example", "--label", "A")["url"]
    path = "/" + url.split("/", 3)[3]
    token = path.split("/")[2]
    port = free_port()
    with running(firm, "serve", "--port", str(port)) as process:
        wait_for(firm, process, f"serving on 127.0.0.1 port {port}")
        status, kind = get(port, path)
        assert (status, kind.split(";")[0]) == (200, "text/calendar")
        assert get(port, "/f/unknown-" + token + "/deadlines.ics")[0] == 404
        assert get(port, path, "POST")[0] == 405
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
    assert token not in log_of(firm)
    assert "Traceback" not in log_of(firm)
    assert "stopped" in log_of(firm)


def test_a_port_that_is_taken_is_named(firm: Firm) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = firm.run("serve", "--port", str(port))
    assert done.returncode == 10
    assert re.fullmatch(rf"deadlines: Port {port} on 127\.0\.0\.1 cannot be used \(.*\); .*\n", done.stderr)


def test_an_address_that_is_not_ours_is_named(firm: Firm) -> None:
    done = firm.run("serve", "--host", "192.0.2.1", "--port", str(free_port()))
    assert done.returncode == 10
    assert "192.0.2.1" in done.stderr


@pytest.mark.parametrize("port", ["0", "70000", "http"])
def test_what_is_no_port_is_refused(firm: Firm, port: str) -> None:
    assert firm.run("serve", "--port", port).returncode == 2


def test_mail_settings_that_cannot_work_stop_the_start(firm: Firm) -> None:
    firm.config.write_text('[mail]\nhost = "smtp.firm.example"\n')
    for command in ("serve", "daemon"):
        done = firm.run(command)
        assert done.returncode == 5
        assert "mail.sender" in done.stderr


def test_a_webhook_and_a_monitor_that_cannot_be_read_stop_nothing(firm: Firm) -> None:
    firm.config.write_text('[webhook]\naddress_file = "gone"\nsecret_file = "gone"\n[monitor]\naddress_file = "gone"\n')
    port = free_port()
    with running(firm, "serve", "--port", str(port)) as process:
        wait_for(firm, process, f"serving on 127.0.0.1 port {port}")
        assert get(port, "/healthz")[0] == 200


@pytest.mark.parametrize(
    "text",
    [
        '[mail]\nhost = "smtp.firm.example"\nsender = "a@firm.example"\nuser = "a"\npassword_file = "gone"\n',
        '[channels]\nca_file = "gone"\n',
    ],
)
def test_without_a_file_that_mail_needs_nothing_starts(firm: Firm, text: str) -> None:
    firm.config.write_text(text)
    for command in ("serve", "daemon"):
        done = firm.run(command)
        assert done.returncode == 5
        assert f"{firm.folder}/gone" in done.stderr


def test_the_daemon_shows_signs_of_life_and_ends_cleanly(firm: Firm) -> None:
    with running(firm, "daemon") as process:
        for _ in range(200):
            checks = {check["id"]: check for check in data_of_doctor(firm)}
            if "sign of life" in checks["scheduler"]["sentence"]:
                break
            time.sleep(0.1)
        assert checks["scheduler"]["state"] == "well"
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    stopped = {check["id"]: check for check in data_of_doctor(firm)}["scheduler"]
    assert stopped["state"] == "ill"
    assert "was stopped" in stopped["sentence"]


@pytest.mark.parametrize("words", [("daemon",), ("serve", "--port", "PORT"), ("web", "--port", "PORT")])
def test_a_service_manager_hears_when_it_works_lives_and_ends(firm: Firm, words: tuple[str, ...]) -> None:
    given = [str(free_port()) if word == "PORT" else word for word in words]
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
        manager.bind(str(firm.folder / "manager"))
        manager.settimeout(30)
        more = {"NOTIFY_SOCKET": str(firm.folder / "manager"), "WATCHDOG_USEC": "600000"}
        with running(firm, *given, **more) as process:
            heard = [manager.recv(999).decode() for _ in range(3)]
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) == 0
            while not heard[-1].startswith("STOPPING=1"):
                heard.append(manager.recv(999).decode())
    assert sorted(set(heard[:-1])) == ["READY=1\nSTATUS=at work", "WATCHDOG=1"]


def data_of_doctor(firm: Firm) -> list[dict[str, str]]:
    import json

    checks: list[dict[str, str]] = json.loads(firm.run("doctor", "--json").stdout)["checks"]
    return checks


def test_reminders_land_in_the_configured_folder(firm: Firm) -> None:
    firm.config.write_text(
        '[mail]\nchannel = "folder"\nsender = "Docket <docket@firm.example>"\n[daemon]\ntick_seconds = 1\n'
    )
    firm.add("Ana", "ana@firm.example")
    firm.data(
        "add", "--matter", "2026-0143", "--client", "CANARYNAME", "--attorney", "ana@firm.example",
        "--kind", "uscis.denial", "--form", "I-485", "--decided-on", "2020-10-23", "--service", "mail",
    )  # fmt: skip
    with running(firm, "daemon") as process:
        for _ in range(200):
            mails = list((firm.folder / "mail").glob("*.eml"))
            if mails:
                break
            assert process.poll() is None, log_of(firm)
            time.sleep(0.1)
    text = mails[0].read_text()
    assert "To: Ana <ana@firm.example>" in text
    assert "2026-0143" in text
    assert "CANARYNAME" not in text + log_of(firm)


def test_the_log_replaces_every_secret() -> None:
    import logging

    from deadlines.commands.logs import Line

    record = logging.LogRecord(
        "x",
        logging.INFO,
        "",
        0,
        "GET /f/%s/deadlines.ics from https://h/f/abc/d.ics\nnext",
        ("secret-1",),
        None,
    )
    line = Line("%(message)s").format(record)
    assert "secret-1" not in line
    assert "abc" not in line
    assert line == "GET /f/…/deadlines.ics from https://h/f/…/d.ics\n  next"


def test_a_second_daemon_on_the_file_is_refused_and_the_web_alone_is_not(firm: Firm) -> None:
    first, second, third = free_port(), free_port(), free_port()
    with running(firm, "serve", "--port", str(first)) as process:
        wait_for(firm, process, "serving on")
        for words in (("serve", "--port", str(second)), ("daemon",)):
            refused = firm.run(*words)
            assert (refused.returncode, f"process {process.pid}" in refused.stderr) == (10, True)
        with (firm.folder / "web.log").open("wb") as log:
            web = subprocess.Popen(
                [*PROGRAM, "--config", str(firm.config), "web", "--port", str(third)],
                cwd=firm.folder, env=environment(), stdout=log, stderr=log,
            )  # fmt: skip
            for _ in range(300):
                if "serving on" in (firm.folder / "web.log").read_text():
                    break
                time.sleep(0.05)
            assert get(third, "/healthz")[0] == 200
            web.send_signal(signal.SIGTERM)
            assert web.wait(timeout=60) == 0
