//! Holds ffmpeg and ffprobe to the one file that they are given, and tells what names others. Reads no file itself.

use crate::error::Error;

/// The only way to a file: no network, no pipe.
const PROTOCOLS: &str = "file";

/// The demuxers that read one file and nothing else, by the names of FFmpeg 5.1 to 8. Left out are playlists and
/// scripts (`concat`, `dash`, `hls`, `imf`, `sbg`), streams (`rtp`, `rtsp`, `sap`, `sdp`), what opens files beside its
/// own (`image2`, `mlv`, `vobsub`), devices, what may hold references (`svg_pipe`), and what only an option chooses.
const DEMUXERS: &str = "
    3dostr 4xm aa aac aax ac3 ac4 ace acm act adf adp ads adx aea afc aiff aix alp amr amrnb amrwb anm
    apac apc ape apm apng aptx aptx_hd apv aqtitle argo_asf argo_brp argo_cvg asf asf_o ass ast au av1 avi
    avr avs avs2 avs3 bethsoftvid bfi bfstm bin bink binka bit bmp_pipe bmv boa bonk brstm c93 caf
    cavsvideo cdg cdxl cine codec2 cri_pipe daud dcstr dds_pipe derf dfa dfpwm dhav dirac dnxhd dpx_pipe
    dsf dsicin dss dts dtshd dv dvbsub dvbtxt dxa ea ea_cdata eac3 epaf evc exr_pipe film_cpk filmstrip
    fits flac flic flv frm fsb fwse g722 g723_1 g728 g729 gdv gem_pipe genh gif gif_pipe gsm gxf h261 h263
    h264 hca hcom hdr_pipe hevc hnm iamf ico idcin idf iff ifv ilbc ingenient ipmovie ipu ircam iss iv8
    ivf ivr j2k_pipe jacosub jpeg_pipe jpegls_pipe jpegxl_anim jpegxl_pipe jpegxs_pipe jv kux kvag laf lc3
    libgme libmodplug libopenmpt live_flv lmlm4 loas lrc luodat lvf lxf m4v matroska mca mcc mgsts
    microdvd mjpeg mjpeg_2000 mlp mm mmf mods moflex mov mp3 mpc mpc8 mpeg mpegts mpegvideo mpjpeg mpl2
    mpsub msf msnwctcp msp mtaf mtv musx mv mvi mxf mxg nc nistsphere nsp nsv nut nuv obu ogg oma osq paf
    pam_pipe pbm_pipe pcx_pipe pfm_pipe pgm_pipe pgmyuv_pipe pgx_pipe phm_pipe photocd_pipe pictor_pipe
    pjs pmp png_pipe pp_bnk ppm_pipe psd_pipe psxstr pva pvf qcp qdraw_pipe qoa qoi_pipe r3d rcwt realtext
    redspark rka rl2 rm roq rpl rsd rso s337m sami sbc scc scd sdns sdr2 sds sdx ser sga sgi_pipe shn siff
    simbiosis_imx sln smjpeg smk smush sol sox spdif srt stl subviewer subviewer1 sunrast_pipe sup svag
    svs swf tak tedcaptions thp tiertexseq tiff_pipe tmv truehd tta tty txd ty usm vag vbn_pipe vc1
    vc1test vividas vivo vmd voc vpk vplayer vqf vvc w64 wady wav wbmp_pipe wc3movie webp_pipe webvtt
    wsaud wsd wsvqa wtv wv wve xa xbin xbm_pipe xmd xmv xpm_pipe xvag xwd_pipe xwma yop yuv4mpegpipe
";

/// What a playlist begins with, in small letters, and what it is.
const BEGINNINGS: [(&str, &str); 7] = [
    ("#extm3u", "HLS or M3U"),
    ("ffconcat version", CONCAT),
    ("file '", CONCAT),
    ("file \"", CONCAT),
    ("v=0\r\no=", SDP),
    ("v=0\no=", SDP),
    ("[playlist]", "PLS"),
];
/// What an XML document is if it has this element.
const ELEMENTS: [(&str, &str); 7] = [
    ("<mpd", "DASH"),
    ("<smoothstreamingmedia", "Smooth Streaming"),
    ("<compositionplaylist", "IMF"),
    ("<assetmap", "IMF"),
    ("<smil", "SMIL"),
    ("<asx", "ASX"),
    ("<playlist", "XSPF"),
];
const CONCAT: &str = "concat";
const SDP: &str = "SDP";

/// How much of a file tells whether it is a playlist.
pub(crate) const HEAD: u64 = 4096;

/// Returns the arguments with each input held to one file, unless they name its format: then it is core's own.
pub(crate) fn guarded(arguments: &[String]) -> Vec<String> {
    let demuxers = DEMUXERS.split_whitespace().collect::<Vec<_>>().join(",");
    let mut guarded = Vec::new();
    let mut format_is_named = false;
    for argument in arguments {
        match argument.as_str() {
            "-f" => format_is_named = true,
            "-i" if !std::mem::take(&mut format_is_named) => {
                let guard = ["-protocol_whitelist", PROTOCOLS, "-format_whitelist", &demuxers];
                guarded.extend(guard.map(str::to_owned));
            }
            _ => {}
        }
        guarded.push(argument.clone());
    }
    guarded
}

/// Returns the refusal of a file that ffmpeg or ffprobe did not open because of its format, from their log.
pub fn refusal(log: &[String]) -> Option<Error> {
    // `[hls @ 0x55d32c0d9980] Format not on whitelist 'mov,matroska'`
    let line = log.iter().find(|line| line.contains("] Format not on whitelist '"))?;
    let demuxer = line.strip_prefix('[')?.split(" @ ").next()?;
    Some(match demuxer {
        "hls" => Error::Playlist("HLS"),
        "dash" => Error::Playlist("DASH"),
        "imf" => Error::Playlist("IMF"),
        "concat" => Error::Playlist(CONCAT),
        "sdp" | "rtp" | "rtsp" | "sap" => Error::Playlist(SDP),
        other => Error::OtherFormat(other.to_owned()),
    })
}

/// Returns what kind of playlist begins with `head`, if it is one. ffmpeg itself knows some of them by their names
/// only.
pub fn playlist(head: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(head).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is = |sign: &str| text.starts_with(sign);
    let has = |element: &str| is("<") && text.contains(element);
    let begins = BEGINNINGS.into_iter().find(|(sign, _)| is(sign));
    begins.or_else(|| ELEMENTS.into_iter().find(|(element, _)| has(element))).map(|(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn every_input_is_guarded_but_those_whose_format_is_named() {
        // Arguments, and which of their inputs are guarded.
        let cases = [
            ("-v error -show_format -i source", vec!["source"]),
            ("-f concat -safe 0 -i chunks.txt -i audio.mp4 -f mp4 result.mp4", vec!["audio.mp4"]),
            ("-f rawvideo -video_size 2x2 -i frames.yuv -f null -", vec![]),
            ("-copyts -i source -f null - -f framecrc shown.txt", vec!["source"]),
        ];
        for (arguments, expected) in cases {
            let guarded = guarded(&words(arguments));
            let inputs = (4..guarded.len()).filter(|&at| guarded[at] == "-i");
            let inputs = inputs.filter(|&at| guarded[at - 4] == "-protocol_whitelist");
            let inputs: Vec<_> = inputs.map(|at| guarded[at + 1].as_str()).collect();
            assert_eq!(inputs, expected, "{arguments}");
        }
    }

    #[test]
    fn ffmpeg_itself_opens_no_list_of_other_files() {
        let Ok(folder) = tempfile::tempdir() else { panic!("no folder") };
        let cases = [
            ("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:9/a.ts\n", "HLS"),
            ("ffconcat version 1.0\nfile a.ts\n", CONCAT),
            ("v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\nm=video 9 RTP/AVP 96\r\nc=IN IP4 127.0.0.1\r\n", SDP),
        ];
        for (content, kind) in cases {
            assert!(std::fs::write(folder.path().join("source"), content).is_ok());
            for (program, arguments) in [("ffprobe", "-v error -i source"), ("ffmpeg", "-i source -f null -")]
            {
                let run =
                    Command::new(program).args(guarded(&words(arguments))).current_dir(&folder).output();
                let Ok(output) = run else { panic!("{program} is not on PATH") };
                let log: Vec<_> =
                    String::from_utf8_lossy(&output.stderr).lines().map(str::to_owned).collect();
                // A later ffmpeg knows these formats by their names only, and finds nothing.
                let unknown = log.iter().any(|line| line.contains("Invalid data found"));
                let refused = matches!(refusal(&log), Some(Error::Playlist(named)) if named == kind);
                assert!(!output.status.success() && (refused || unknown), "{program} {kind}: {log:?}");
            }
        }
    }

    #[test]
    fn clips_and_other_files_are_no_playlists() {
        for (head, kind) in [
            (&b"\0\0\0\x18ftypisom"[..], None),
            (b"", None),
            (b"<html><body>MPD", None),
            (b"file me under notes", None),
            (b"\xef\xbb\xbf#EXTM3U", Some("HLS or M3U")),
            (b"<?xml version=\"1.0\"?><MPD>", Some("DASH")),
        ] {
            assert_eq!(playlist(head), kind, "{head:?}");
        }
    }
}
