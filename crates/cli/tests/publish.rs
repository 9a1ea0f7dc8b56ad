//! Live pushes on real servers of this machine: nginx with its RTMP module and srt-live-transmit, killed and started
//! again midway. What arrived is looked at, and everything that was said is searched for the key.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "tests stop at the first surprise")]

mod support;

use clipfit_core::wishes::ladder;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::net::{TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_clipfit");
const KEY: &str = "k3y-nobody-may-see";
const PASSPHRASE: &str = "passphrase-nobody-may-see";
/// Frames a second, kb/s and the buffer in kilobits are told by the ladder.
const RUNG: &str = "256x144@4";
/// The machine may be busy.
const PATIENCE: Duration = Duration::from_secs(40);

/// A program that ends with the test.
struct Server(Child);

impl Server {
    fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn wanted(what: &str, package: &str, places: &[&str]) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let named =
        places.iter().flat_map(|place| std::env::split_paths(&path).map(move |folder| folder.join(place)));
    let found = named.into_iter().find(|file| file.is_file());
    found.unwrap_or_else(|| {
        panic!(
            "these tests need {what} (Debian: apt-get install {package}; cargo xtask test --only core does)"
        )
    })
}

/// nginx in the foreground, taking RTMP at this port.
fn nginx(port: u16, folder: &Path) -> Server {
    let program = wanted("nginx", "nginx", &["nginx", "/usr/sbin/nginx"]);
    let module = wanted(
        "nginx's RTMP module",
        "libnginx-mod-rtmp",
        &[
            "/usr/lib/nginx/modules/ngx_rtmp_module.so",
            "/usr/lib64/nginx/modules/ngx_rtmp_module.so",
            "/usr/share/nginx/modules/ngx_rtmp_module.so",
        ],
    );
    let settings = format!(
        "load_module {};\ndaemon off;\nmaster_process off;\npid nginx.pid;\nerror_log stderr error;\n\
         events {{ worker_connections 64; }}\n\
         rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{ live on; wait_key on; }} }} }}\n",
        module.display()
    );
    fs::write(folder.join("nginx.conf"), settings).unwrap();
    let arguments = ["-e", "stderr", "-c", "nginx.conf", "-p"];
    let server = Command::new(program).args(arguments).arg(folder).stdin(Stdio::null()).spawn().unwrap();
    let server = Server(server);
    let until = Instant::now() + PATIENCE;
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nginx does not listen");
        thread::sleep(Duration::from_millis(50));
    }
    server
}

/// An SRT listener that writes what arrives into a file.
fn srt(port: u16, into: &Path) -> Server {
    let program = wanted("srt-live-transmit", "srt-tools", &["srt-live-transmit"]);
    let from = format!("srt://127.0.0.1:{port}?mode=listener&passphrase={PASSPHRASE}");
    let child = Command::new(program)
        .args([&from, "file://con"])
        .stdin(Stdio::null())
        .stdout(File::create(into).unwrap())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Server(child)
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn free_datagram_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// `clipfit publish` under way.
struct Pushing {
    child: Server,
    lines: Receiver<String>,
    errors: Receiver<String>,
    said: String,
    temporary: TempDir,
}

impl Pushing {
    fn start(words: &str, clip: Option<&Path>, to: &str) -> Pushing {
        let temporary = tempfile::tempdir().unwrap();
        let mut child = Command::new(PROGRAM)
            .args(["publish", "--json"])
            .args(words.split_whitespace())
            .args(clip)
            .env("CLIPFIT_TO", to)
            .env("TMPDIR", temporary.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (lines, errors) = (told(child.stdout.take().unwrap()), told(child.stderr.take().unwrap()));
        Pushing { child: Server(child), lines, errors, said: String::new(), temporary }
    }

    /// What is told up to this event, which is answered.
    fn until(&mut self, event: &str) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left);
            let line = line.unwrap_or_else(|why| panic!("no {event} ({why}): {}", self.said));
            self.said.push_str(&line);
            self.said.push('\n');
            let told: Value = serde_json::from_str(&line).unwrap_or_else(|why| panic!("{line}: {why}"));
            if told["event"] == event || told["type"] == event {
                return told;
            }
        }
    }

    fn signal(&self, signal: &str) {
        let id = self.child.0.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
    }

    /// Its exit code and its last line, once nothing of it is left and nothing of it told a secret.
    fn end(mut self) -> (Option<i32>, Value) {
        let report = self.until("report");
        let status = self.child.0.wait().unwrap();
        assert!(self.lines.recv_timeout(PATIENCE).is_err(), "the report is the last line");
        let errors: Vec<String> = self.errors.iter().collect();
        assert_eq!(errors, [""; 0], "programs are told on standard output alone");
        assert_secret(&self.said);
        let place = self.temporary.path();
        assert_eq!(fs::read_dir(place).unwrap().count(), 0, "left behind");
        let left = running_in(place);
        assert!(left.is_empty(), "still running: {left:?}");
        (status.code(), report)
    }
}

fn told(from: impl Read + Send + 'static) -> Receiver<String> {
    let (send, lines) = mpsc::channel();
    thread::spawn(move || {
        BufReader::new(from).lines().map_while(Result::ok).try_for_each(|line| send.send(line))
    });
    lines
}

fn assert_secret(said: &str) {
    for secret in [KEY, PASSPHRASE] {
        assert!(!said.contains(secret), "{secret} in: {said}");
    }
}

/// Programs whose working folder is below `folder`.
fn running_in(folder: &Path) -> Vec<PathBuf> {
    let Ok(all) = fs::read_dir("/proc") else { return Vec::new() };
    let places = all.filter_map(|entry| fs::read_link(entry.ok()?.path().join("cwd")).ok());
    places.filter(|place| place.starts_with(folder)).collect()
}

/// Receives a few seconds of what the server hands out, counted from its audio, which is let through before the first
/// keyframe.
fn receive(from: &str, seconds: u32, into: &Path) {
    let output = Command::new("ffmpeg")
        .args([
            "-v",
            "error",
            "-nostdin",
            "-y",
            "-rw_timeout",
            "30000000",
            "-i",
            from,
            "-map",
            "0",
            "-c",
            "copy",
        ])
        .args(["-t", &seconds.to_string(), "-f", "matroska"])
        .arg(into)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The codecs and the exact format arrived, at the rung's rate, and in no second more than its cap and one buffer.
fn check(received: &Path) {
    let rung = ladder::parse(RUNG).unwrap();
    let streams = support::streams(received);
    for part in ["codec_name=h264", "codec_name=aac", "width=256", "height=144"] {
        assert!(streams.contains(part), "{part}: {streams}");
    }
    let output = Command::new("ffprobe")
        .args("-v error -select_streams v:0 -show_entries packet=pts_time,size,flags -of csv=p=0".split(' '))
        .arg(received)
        .output()
        .unwrap();
    let listed = String::from_utf8(output.stdout).unwrap();
    let packets: Vec<(f64, f64, bool)> = listed
        .lines()
        // Side data of transport streams leave lines of their own.
        .filter(|line| line.contains(','))
        .map(|line| {
            let mut fields = line.split(',');
            let mut number = || fields.next().unwrap().parse::<f64>().unwrap();
            let (time, bytes) = (number(), number());
            (time, bytes / 125.0, fields.next().unwrap().starts_with('K'))
        })
        .collect();
    assert!(packets.len() >= 8, "{listed}");
    let rate = rung.frame_rate.per_second();
    let span = packets[packets.len() - 1].0 - packets[0].0;
    let measured = (packets.len() - 1) as f64 / span;
    assert!((measured - rate).abs() < 0.1, "{measured} frames a second");
    let second = rate.round() as usize;
    let peak = packets
        .windows(second)
        .map(|part| part.iter().map(|packet| packet.1).sum::<f64>())
        .fold(0.0, f64::max);
    let cap = rung.cap();
    assert!(peak <= cap.rate.0 + f64::from(cap.buffer), "{peak} kb in a second");
    let keys: Vec<usize> = (0..packets.len()).filter(|&at| packets[at].2).collect();
    assert!(!keys.is_empty(), "no keyframe");
    for pair in keys.windows(2) {
        assert_eq!((pair[1] - pair[0]) as u64, rung.keyframe_distance());
    }
}

#[test]
fn rtmp_comes_back_when_the_server_does() {
    let (place, port) = (tempfile::tempdir().unwrap(), free_port());
    let address = format!("rtmp://127.0.0.1:{port}/live/{KEY}");
    let server = nginx(port, place.path());
    let mut push = Pushing::start(&format!("--test-pattern --rung {RUNG}"), None, &address);
    let told = push.until("connected");
    assert_eq!(told["to"], format!("rtmp://127.0.0.1:{port}/live/***"));
    let file = place.path().join("first.mkv");
    receive(&address, 6, &file);
    check(&file);
    assert!(push.until("sending")["bytes"].as_u64().unwrap() > 0);
    server.kill();
    assert_eq!(push.until("waiting")["why"], "gone");
    // Nobody is there: the next wait is longer.
    assert_eq!(push.until("waiting")["why"], "refused");
    let server = nginx(port, place.path());
    push.until("connected");
    let file = place.path().join("second.mkv");
    receive(&address, 6, &file);
    check(&file);
    push.signal("-INT");
    let (code, report) = push.end();
    assert_eq!((code, report["done"].as_u64(), report["failed"].as_u64()), (Some(130), Some(0), Some(1)));
    drop(server);
}

#[test]
fn srt_comes_back_when_the_listener_does() {
    let (place, port) = (tempfile::tempdir().unwrap(), free_datagram_port());
    let files = ["first.ts", "second.ts"].map(|name| place.path().join(name));
    let server = srt(port, &files[0]);
    let address = format!("srt://127.0.0.1:{port}?streamid=publish:{KEY}&passphrase={PASSPHRASE}");
    let clip = support::clip("plain.mp4");
    let mut push = Pushing::start(&format!("--loop --rung {RUNG}"), Some(&clip.path), &address);
    push.until("connected");
    let far = |push: &mut Pushing, seconds: f64| {
        while push.until("sending")["seconds"].as_f64().unwrap() < seconds {}
    };
    // Beyond the clip's five seconds: it was begun again.
    far(&mut push, 6.5);
    server.kill();
    push.until("waiting");
    let server = srt(port, &files[1]);
    push.until("connected");
    let sent = push.until("sending")["seconds"].as_f64().unwrap();
    far(&mut push, sent + 3.0);
    push.signal("-TERM");
    assert_eq!(push.end().0, Some(130));
    server.kill();
    files.iter().for_each(|file| check(file));
}

#[test]
fn a_clip_goes_on_where_it_was_and_ends_as_a_job_well_done() {
    let (place, port) = (tempfile::tempdir().unwrap(), free_port());
    let address = format!("rtmp://127.0.0.1:{port}/live/{KEY}");
    let server = nginx(port, place.path());
    let clip = support::clip("plain.mp4");
    let mut push = Pushing::start(&format!("--rung {RUNG}"), Some(&clip.path), &address);
    push.until("connected");
    push.until("sending");
    server.kill();
    push.until("waiting");
    let _server = nginx(port, place.path());
    let mut told = push.until("connecting");
    // A try or two may fall into the time before the server listens.
    while told["attempt"].as_u64().unwrap() < 2 {
        told = push.until("connecting");
    }
    assert!(told["from"].as_f64().unwrap() >= 1.0, "{told}");
    push.until("finished");
    let (code, report) = push.end();
    assert_eq!((code, report["done"].as_u64()), (Some(0), Some(1)));
    let file = &report["files"][0];
    let seconds = file["seconds"].as_f64().unwrap();
    assert!((4.0..6.0).contains(&seconds) && file["connections"] == 2, "{file}");
}

fn run(words: &[&str]) -> Output {
    let output = Command::new(PROGRAM).arg("publish").args(words).env_remove("CLIPFIT_TO").output().unwrap();
    assert_secret(&format!("{output:?}"));
    output
}

#[test]
fn secrets_are_kept_whatever_goes_wrong() {
    let port = free_port();
    let closed = format!("rtmp://127.0.0.1:{port}/live/{KEY}?auth={PASSPHRASE}");
    let clip = support::clip("plain.mp4").path;
    let clip = clip.to_str().unwrap();
    let (missing, unknown) = (format!("/{KEY}"), format!("rmtp://h/live/{KEY}"));
    let cases: [(&[&str], i32, &str); 8] = [
        (&["--test-pattern", "--once", "--to", &closed], 1, "refused"),
        (&["--test-pattern", "--tries", "2", "--to", &closed], 1, "2 connections"),
        (&["--test-pattern", "--to", &unknown], 2, "rmtp"),
        (&["--test-pattern", "--to", &missing], 2, "protocol"),
        (&["--test-pattern"], 2, "--to"),
        (&["--test-pattern", "--to", "rtmp://h/live/x", "--rung", &closed], 2, "rung"),
        (&[clip, &closed, "--to", &closed], 2, "127.0.0.1"),
        (&[&closed, "--to", &closed], 2, "a file"),
    ];
    for (words, code, part) in cases {
        let output = run(words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        assert!(said.contains(part), "{part}: {said}");
        let output = run(&[words, &["--json"]].concat());
        let lines = String::from_utf8(output.stdout).unwrap();
        assert!(lines.lines().last().unwrap().contains("\"type\":\"report\""), "{lines}");
        assert!(output.stderr.is_empty(), "{words:?}");
    }
    let help = run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
}

#[test]
fn the_command_is_printed_without_its_secrets() {
    let clip = support::clip("plain.mp4").path;
    let clip = clip.to_str().unwrap();
    let to = format!("srt://127.0.0.1:8890?streamid=publish:{KEY}");
    let output = run(&[clip, "--rung", RUNG, "--print-command", "--to", &to]);
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success() && said.starts_with("ffmpeg ") && said.lines().count() == 1, "{said}");
    assert!(said.contains("-tune zerolatency") && said.contains("streamid=***&pkt_size=1316"), "{said}");
}

#[test]
fn whip_is_pushed_or_a_clear_word_said() {
    let port = free_port();
    let to = format!("http://127.0.0.1:{port}/{KEY}/publish");
    let output = run(&["--test-pattern", "--once", "--bearer", PASSPHRASE, "--to", &to]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    let muxers = Command::new("ffmpeg").args(["-hide_banner", "-muxers"]).output().unwrap();
    let there = String::from_utf8_lossy(&muxers.stdout).contains(" whip ");
    let expected = if there { "The push ended" } else { "FFmpeg 8.0" };
    assert!(said.contains(expected), "{said}");
}
