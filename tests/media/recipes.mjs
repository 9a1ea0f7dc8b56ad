// What the test media are made of: one entry for each kind of clip that people bring, as ffmpeg's own arguments.
// `{name}` stands for another entry's file, `{out}` for the file to write. An entry is one of
//   { file, ffmpeg: [arguments, ...] }  runs ffmpeg, once for each line
//   { file, cut: { of, share } }        the beginning of another entry's file
//   { file, cut: { of, table } }        what of it comes before the last box of this name
//   { file, rest: { of, share, packet } }  what is left of it after that share, in whole packets of so many bytes
//   { file, join: [name, ...] }         other entries' files, one after the other
//   { file, text }                      just this text

/** A moving picture with grain, so that bytes matter and no two frames are alike. */
const picture = ({ size = "320x180", rate = 25, seconds = 3, grain = 4 } = {}) =>
  `-f lavfi -i testsrc2=size=${size}:rate=${rate}:duration=${seconds},noise=alls=${grain}:allf=t`;

/** Sound that an encoder cannot do for nothing. */
const sound = ({ seconds = 3, rate = 48000 } = {}) =>
  `-f lavfi -i anoisesrc=color=pink:amplitude=0.25:seed=1:sample_rate=${rate}:duration=${seconds}`;

/** Two tones in syllables. */
const speech =
  "-f lavfi -i aevalsrc=exprs=(0.2*sin(2*PI*220*t)+0.1*sin(2*PI*1100*t))*gt(sin(2*PI*1.5*t)*sin(2*PI*0.4*t)\\,0):s=44100:d=20";

const tone = (frequency) => `-f lavfi -i aevalsrc=exprs=0.125*sin(2*PI*${frequency}*t):s=48000:d=3`;

const h264 = "-c:v libx264 -preset veryfast -crf 18 -pix_fmt yuv420p -g 50";
const aac = "-c:a aac -b:a 96k -ac 2";

/**
 * A white flash and a beep of 50 ms at every whole second, on a picture that moves. The beep's frequency is far from
 * the grain's; the first flash stands at 1 s.
 */
const flashAndBeep = (seconds, rate) =>
  [
    `-f lavfi -i testsrc2=size=160x90:rate=${rate}:duration=${seconds},noise=alls=6:allf=t,`,
    String.raw`eq=brightness=-0.35:contrast=0.4,drawbox=c=white:t=fill:enable='gte(t\,0.5)*lt(mod(t+0.001\,1)\,0.1)'`,
    ` -f lavfi -i aevalsrc=exprs=0.8*sin(2*PI*1000*t)*gte(t\\,0.5)*lt(mod(t\\,1)\\,0.05):s=48000:d=${seconds}`,
  ].join("");

/**
 * A muted moving picture of high dynamic range, with a patch of reference white, whose luma of ten bits is `white`, in
 * its corner.
 */
const highRange = (white, transfer) =>
  `${picture({ seconds: 2 })} ${sound({ seconds: 2 })} -vf format=yuv420p10le,` +
  String.raw`geq=lum='if(lt(X\,64)*lt(Y\,64)\,${white}\,64+(lum(X\,Y)-64)*0.55)':` +
  ["cb", "cr"]
    .map((plane) => String.raw`${plane}='if(lt(X\,32)*lt(Y\,32)\,512\,512+(${plane}(X\,Y)-512)*0.3)'`)
    .join(":") +
  ` -color_primaries bt2020 -color_trc ${transfer} -colorspace bt2020nc -color_range tv`;

/** Frames that show their number as eight bars, the lowest bit on the left. */
const numbered =
  "-f lavfi -i color=black:size=320x180:rate=25:duration=6,format=gray," +
  String.raw`geq=lum='if(bitand(N\,pow(2\,floor(X/40)))\,235\,16)',format=yuv420p`;

/** A second of video and audio whose title would be an element. */
const tiny =
  `${picture({ size: "160x90", seconds: 1, grain: 8 })} ${sound({ seconds: 1 })} -metadata ` +
  "title=<b/class=trapped>";

export const RECIPES = {
  // As most clips are.
  mp4: { file: "clip.mp4", ffmpeg: [`${picture()} ${sound()} ${h264} ${aac} {out}`] },

  // Large enough for two renditions.
  streaming: {
    file: "streaming.mp4",
    ffmpeg: [
      `${picture({ size: "640x360", rate: 30, seconds: 4 })} ${sound({ seconds: 4 })} ${h264} ${aac} {out}`,
    ],
  },

  streamingFields: {
    file: "streaming-fields.mp4",
    ffmpeg: [
      `${picture({ size: "640x360", rate: 50, seconds: 3 })} ${sound()} -vf interlace -flags +ilme+ildct ${h264} ${aac} {out}`,
    ],
  },

  // Containers and codecs.
  rotated: {
    file: "rotated.mov",
    ffmpeg: ["-i {mp4} -c copy -metadata:s:v rotate=90 {out}"],
  },
  /** Longer than some destinations take. */
  long: {
    file: "long.mp4",
    ffmpeg: [
      "-f lavfi -i testsrc2=size=64x36:rate=5:duration=150 -c:v libx264 -preset ultrafast -pix_fmt yuv420p {out}",
    ],
  },
  upsideDown: {
    file: "upside-down.mp4",
    ffmpeg: ["-i {mp4} -c copy -metadata:s:v rotate=180 {out}"],
  },
  timecode: { file: "timecode.mov", ffmpeg: ["-i {mp4} -c copy -timecode 01:00:00:00 {out}"] },
  chapterList: {
    file: "chapters.txt",
    text: ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=One\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=3000\ntitle=Two\n",
  },
  chapters: {
    file: "chapters.mp4",
    ffmpeg: ["-i {mp4} -f ffmetadata -i {chapterList} -map 0 -map_metadata 1 -map_chapters 1 -c copy {out}"],
  },
  lines: {
    file: "lines.srt",
    text: "1\n00:00:00,500 --> 00:00:01,500\nA line\n\n2\n00:00:01,800 --> 00:00:02,600\nAnother\n",
  },
  mkv: {
    file: "tracks.mkv",
    ffmpeg: [
      `${picture()} ${sound()} ${sound({ rate: 44100 })} -i {lines} -map 0:v -map 1:a -map 2:a -map 3:s ${h264} ` +
        "-c:a aac -b:a 64k -c:s srt -metadata:s:a:0 language=eng -metadata:s:a:1 language=deu " +
        "-metadata:s:s:0 language=fra {out}",
    ],
  },
  webm: {
    file: "vp9-opus.webm",
    ffmpeg: [
      `${picture()} ${sound()} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 1500k -pix_fmt yuv420p ` +
        "-c:a libopus -b:a 64k {out}",
    ],
  },
  av1: {
    file: "av1.mp4",
    ffmpeg: [
      `${picture()} ${sound()} -c:v libaom-av1 -cpu-used 8 -b:v 1500k -pix_fmt yuv420p -g 50 ${aac} {out}`,
    ],
  },
  // The sequence header is in the container's record only.
  av1HeaderOnce: {
    file: "av1-header-once.mkv",
    ffmpeg: ["-i {av1} -c copy -bsf:v filter_units=remove_types=1 {out}"],
  },
  av1Ivf: { file: "av1.ivf", ffmpeg: ["-i {av1} -map 0:v -c copy {out}"] },
  av1Ac3: { file: "av1-ac3.mkv", ffmpeg: ["-i {av1} -c:v copy -c:a ac3 -b:a 192k {out}"] },
  av1Edited: { file: "av1-edits.mp4", ffmpeg: ["-ss 0.6 -i {av1} -c copy {out}"] },
  // A keyframe every second, and something that shows whether video and audio are in step.
  av1Flashes: {
    file: "av1-flashes.mp4",
    ffmpeg: [
      `${flashAndBeep(5, 25)} -c:v libaom-av1 -cpu-used 8 -b:v 600k -pix_fmt yuv420p -g 25 ${aac} -movflags +faststart {out}`,
    ],
  },
  av1Hole: { file: "av1-hole.mp4", hole: { of: "av1Flashes", from: 0.4, to: 0.5 } },
  av1HoleWebm: { file: "av1-hole.webm", hole: { of: "av1Whole", from: 0.4, to: 0.5 } },
  av1Mkv: { file: "av1.mkv", ffmpeg: ["-i {av1} -c copy {out}"] },
  avi: {
    file: "mpeg4-mp3.avi",
    ffmpeg: [
      `${picture()} ${sound()} -c:v mpeg4 -q:v 3 -g 25 -pix_fmt yuv420p -c:a libmp3lame -b:a 96k {out}`,
    ],
  },
  ts: {
    // Starts at 40 s, and its sound half a second before its picture.
    file: "late-start.ts",
    ffmpeg: [
      `-itsoffset 0.5 ${picture()} ${sound({ seconds: 3.5 })} ${h264} ${aac} -output_ts_offset 40 -f mpegts {out}`,
    ],
  },

  // Sound.
  silent: { file: "silent.mp4", ffmpeg: [`${picture()} ${h264} {out}`] },
  mono: {
    file: "mono.mp4",
    ffmpeg: [`${picture()} ${sound({ rate: 44100 })} ${h264} -c:a aac -b:a 64k -ac 1 {out}`],
  },
  surround: {
    file: "surround.mp4",
    ffmpeg: [`${picture()} ${sound()} ${h264} -c:a aac -b:a 256k -ac 6 {out}`],
  },

  voice: {
    // Somebody speaks, in syllables, over a video that needs next to nothing.
    file: "voice.mp4",
    ffmpeg: [
      `-f lavfi -i testsrc2=size=64x36:rate=10:duration=20 ${speech} -c:v libx264 -preset veryfast -crf 28 ` +
        "-pix_fmt yuv420p -c:a aac -b:a 96k -ac 1 {out}",
    ],
  },
  tones: {
    // A game and a microphone: two tracks, each with a tone of its own.
    file: "tones.mkv",
    ffmpeg: [
      `${picture()} ${tone(440)} ${tone(1500)} -map 0 -map 1 -map 2 ${h264} -c:a aac -b:a 96k ` +
        "-metadata:s:a:0 language=eng {out}",
    ],
  },

  // Time.
  uneven: {
    file: "uneven.mp4",
    ffmpeg: [
      `${picture({ rate: 50 })} ${sound()} -vf ` +
        String.raw`select=gte(t\,1.5)*lt(mod(n*n\,11)\,8)+lt(t\,1.5)*not(mod(n\,3)) -vsync vfr ${h264} ${aac} {out}`,
    ],
  },
  fps60: {
    file: "60fps.mp4",
    ffmpeg: [`${picture({ rate: 60, seconds: 2 })} ${sound({ seconds: 2 })} ${h264} ${aac} {out}`],
  },
  fps120: { file: "120fps.mp4", ffmpeg: [`${picture({ rate: 120, seconds: 2 })} ${h264} {out}`] },
  ntsc: {
    file: "29.97fps.mp4",
    ffmpeg: [`${picture({ rate: "30000/1001" })} ${sound()} ${h264} ${aac} {out}`],
  },
  halfSecond: {
    file: "half-second.mp4",
    ffmpeg: [`${picture({ seconds: 0.48 })} ${sound({ seconds: 0.48 })} ${h264} ${aac} {out}`],
  },
  oneFrame: { file: "one-frame.mp4", ffmpeg: [`${picture()} -frames:v 1 ${h264} {out}`] },
  hour: {
    file: "hour.mp4",
    ffmpeg: [
      `${picture({ size: "64x36", rate: 1, seconds: 3600, grain: 30 })} -f lavfi -i anullsrc=r=8000:cl=mono:d=3600 ` +
        "-c:v libx264 -preset veryfast -crf 18 -g 60 -c:a aac -b:a 8k {out}",
    ],
  },
  numbered: { file: "numbered.mp4", ffmpeg: [`${numbered} ${sound({ seconds: 6 })} ${h264} ${aac} {out}`] },
  numberedMpeg4: {
    file: "numbered-mpeg4.mp4",
    ffmpeg: ["-i {numbered} -c:v mpeg4 -q:v 3 -g 50 -c:a copy {out}"],
  },
  numberedHevc: {
    file: "numbered-hevc.mp4",
    ffmpeg: [
      "-i {numbered} -c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=50 -tag:v hvc1 -c:a copy {out}",
    ],
  },
  // Of several chunks, and some seconds of work.
  chunks: {
    file: "chunks.mp4",
    ffmpeg: [`${picture({ size: "480x270", seconds: 16 })} ${sound({ seconds: 16 })} ${h264} ${aac} {out}`],
  },
  edited: {
    // Begins in the middle of a group of pictures; the edit list says so.
    file: "edit-list.mp4",
    ffmpeg: [
      `${picture({ seconds: 5 })} ${sound({ seconds: 5 })} -c:v libx264 -preset veryfast -crf 18 -g 100 ${aac} {out}.whole.mp4`,
      "-ss 1.48 -i {out}.whole.mp4 -c copy {out}",
    ],
  },
  joined: {
    file: "joined.mp4",
    ffmpeg: ["-f concat -safe 0 -i {joinedList} -c copy {out}"],
  },
  joinedList: { file: "joined.txt", text: "file '{mp4}'\nfile '{mp4Other}'\n" },
  mp4Other: {
    file: "other.mp4",
    ffmpeg: [`${picture({ seconds: 2, grain: 6 })} ${sound({ seconds: 2 })} ${h264} ${aac} {out}`],
  },
  /** Two recordings of different size and settings behind each other, as careless joining makes them. */
  part1: {
    file: "part1.ts",
    ffmpeg: [`${picture({ seconds: 2 })} ${sound({ seconds: 2 })} ${h264} ${aac} -f mpegts {out}`],
  },
  part2: {
    file: "part2.ts",
    ffmpeg: [
      `${picture({ size: "256x144", seconds: 2, grain: 6 })} ${sound({ seconds: 2 })} -c:v libx264 -preset superfast ` +
        `-profile:v baseline -crf 20 -g 30 ${aac} -output_ts_offset 2.08 -f mpegts {out}`,
    ],
  },
  parts: { file: "parts.ts", join: ["part1", "part2"] },
  joinedUgly: { file: "joined-ugly.mp4", ffmpeg: ["-i {parts} -c copy {out}"] },

  // Picture.
  odd: {
    file: "odd-size.mkv",
    ffmpeg: [
      `${picture({ size: "324x184" })} -vf format=yuv444p,crop=321:181:1:1 -c:v libx264 -preset veryfast -crf 18 {out}`,
    ],
  },
  stretched: {
    file: "stretched.mp4",
    ffmpeg: [`${picture({ size: "240x180" })} ${sound()} -vf setsar=4/3 ${h264} ${aac} {out}`],
  },
  hdrAv1: {
    file: "hdr10-av1.mp4",
    ffmpeg: [
      `${highRange(573, "smpte2084")} -c:v libaom-av1 -cpu-used 8 -b:v 1500k -g 25 -pix_fmt yuv420p10le ${aac} {out}`,
    ],
  },
  hlgVp9: {
    file: "hlg-vp9.webm",
    ffmpeg: [
      `${highRange(721, "arib-std-b67")} -c:v libvpx-vp9 -profile:v 2 -deadline realtime -cpu-used 8 -b:v 1500k ` +
        "-g 25 -pix_fmt yuv420p10le -c:a libopus -b:a 64k {out}",
    ],
  },
  hlgHevc: {
    // As phones write it.
    file: "hlg-hevc.mov",
    ffmpeg: [
      `${highRange(721, "arib-std-b67")} -c:v libx265 -preset ultrafast -crf 16 -pix_fmt yuv420p10le -tag:v hvc1 ` +
        `-x265-params log-level=error:keyint=25 ${aac} {out}`,
    ],
  },
  hevc: {
    file: "hevc.mp4",
    ffmpeg: [
      `${picture()} ${sound()} -c:v libx265 -preset superfast -crf 18 -pix_fmt yuv420p -tag:v hvc1 ` +
        `-x265-params log-level=error:open-gop=1:keyint=30:bframes=4:weightb=1 ${aac} {out}`,
    ],
  },
  hevcGray: {
    file: "hevc-gray.mkv",
    ffmpeg: [
      `${picture()} ${sound()} -c:v libx265 -preset ultrafast -crf 18 -pix_fmt gray -x265-params log-level=error ${aac} {out}`,
    ],
  },
  hdr: {
    file: "hdr10.mp4",
    // A picture of standard range put into HDR10, so that every colour can be shown again.
    ffmpeg: [
      `${picture({ seconds: 2 })} ${sound({ seconds: 2 })} -vf format=yuv444p,` +
        "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709:range=tv," +
        "zscale=t=linear:npl=203,format=gbrpf32le,zscale=t=smpte2084:m=bt2020nc:p=bt2020:r=tv:npl=203,format=yuv420p10le " +
        "-c:v libx265 -preset ultrafast -crf 16 -pix_fmt yuv420p10le -tag:v hvc1 " +
        "-color_primaries bt2020 -color_trc smpte2084 -colorspace bt2020nc -color_range tv " +
        "-x265-params log-level=error:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc:range=limited " +
        `${aac} {out}`,
    ],
  },
  high10: {
    file: "10-bit.mp4",
    ffmpeg: [
      `${picture()} ${sound()} -c:v libx264 -preset veryfast -crf 18 -pix_fmt yuv420p10le ${aac} {out}`,
    ],
  },
  fullRange: {
    file: "full-range.mp4",
    ffmpeg: [
      `${picture()} ${sound()} -c:v libx264 -preset veryfast -crf 18 -vf scale=out_range=pc,format=yuvj420p -color_range pc ${aac} {out}`,
    ],
  },
  interlaced: {
    file: "interlaced.mp4",
    ffmpeg: [
      `${picture({ rate: 50, grain: 4 })} ${sound()} -vf interlace -flags +ilme+ildct ${h264} ${aac} {out}`,
    ],
  },

  // What tells of whoever made it.
  phone: {
    file: "phone.mp4",
    ffmpeg: [
      `${picture()} ${sound()} ${h264} ${aac} -movflags use_metadata_tags -metadata location=+48.2000-016.3000/ ` +
        "-metadata com.apple.quicktime.make=Telephones -metadata artist=Jane -metadata creation_time=2024-05-01T12:34:56Z {out}",
    ],
  },
  phoneMov: {
    file: "phone.mov",
    ffmpeg: [
      `${picture()} ${sound()} ${h264} ${aac} -movflags use_metadata_tags -metadata location=+48.2000-016.3000/ ` +
        "-metadata com.apple.quicktime.make=Telephones -metadata artist=Jane -metadata creation_time=2024-05-01T12:34:56Z {out}",
    ],
  },
  phoneMkv: {
    file: "phone.mkv",
    ffmpeg: [
      `${picture()} ${sound()} ${h264} ${aac} -metadata location=+48.2000-016.3000/ -metadata artist=Jane ` +
        "-metadata creation_time=2024-05-01T12:34:56Z {out}",
    ],
  },

  // What only a look tells.
  captured: {
    // An interlaced capture, bottom field first, of which neither file nor frames say so.
    file: "captured.avi",
    ffmpeg: [
      `${picture({ size: "720x576", rate: 50, grain: 2 })} ${sound()} -vf tinterlace=interleave_bottom,setfield=prog,format=yuv422p ` +
        "-c:v mjpeg -q:v 2 -c:a pcm_s16le {out}",
    ],
  },
  capturedWhole: {
    // The same of whole frames.
    file: "captured-whole.avi",
    ffmpeg: [
      `${picture({ size: "720x576", rate: 25, grain: 2 })} ${sound()} -vf format=yuv422p -c:v mjpeg -q:v 2 -c:a pcm_s16le {out}`,
    ],
  },
  small: {
    file: "small.webm",
    ffmpeg: [
      `${picture({ size: "160x90", seconds: 2 })} -c:v libvpx -deadline realtime -cpu-used 8 -b:v 400k -g 25 {out}`,
    ],
  },
  large: {
    file: "large.webm",
    ffmpeg: [
      `${picture({ size: "320x180", seconds: 2 })} -c:v libvpx -deadline realtime -cpu-used 8 -b:v 900k -g 25 {out}`,
    ],
  },
  square: {
    file: "square.webm",
    ffmpeg: [
      `${picture({ size: "200x200", seconds: 2 })} -c:v libvpx -deadline realtime -cpu-used 8 -b:v 900k -g 25 {out}`,
    ],
  },
  growingList: { file: "growing.txt", text: "file '{small}'\nfile '{large}'\n" },
  growing: { file: "growing.webm", ffmpeg: ["-f concat -safe 0 -i {growingList} -c copy {out}"] },
  shrinkingList: { file: "shrinking.txt", text: "file '{large}'\nfile '{small}'\n" },
  shrinking: { file: "shrinking.webm", ffmpeg: ["-f concat -safe 0 -i {shrinkingList} -c copy {out}"] },
  // Nothing is missing of it.
  longAudio: {
    file: "long-audio.webm",
    ffmpeg: [
      `${picture()} ${sound({ seconds: 6 })} -c:v libvpx -deadline realtime -cpu-used 8 -b:v 400k -c:a libopus {out}`,
    ],
  },
  // H.264 tells its size in its keyframes, too, where it comes from a transport stream.
  smallStream: {
    file: "small.ts",
    ffmpeg: [`${picture({ size: "160x90", seconds: 2 })} ${h264} -g 25 {out}`],
  },
  largeStream: { file: "large.ts", ffmpeg: [`${picture({ seconds: 2 })} ${h264} -g 25 {out}`] },
  growingH264List: { file: "growing-h264.txt", text: "file '{smallStream}'\nfile '{largeStream}'\n" },
  growingH264: { file: "growing-h264.mkv", ffmpeg: ["-f concat -safe 0 -i {growingH264List} -c copy {out}"] },
  reshapedList: { file: "reshaped.txt", text: "file '{square}'\nfile '{large}'\n" },
  reshaped: { file: "reshaped.webm", ffmpeg: ["-f concat -safe 0 -i {reshapedList} -c copy {out}"] },

  // Sound and picture together, over several chunks.
  sync: {
    file: "sync.mp4",
    ffmpeg: [
      `${flashAndBeep(12.48, 25)} -c:v libx264 -preset veryfast -crf 16 -g 75 -pix_fmt yuv420p ${aac} {out}`,
    ],
  },
  syncUneven: {
    file: "sync-uneven.mkv",
    ffmpeg: [
      `${flashAndBeep(12.48, 50)} -vf ` +
        String.raw`select=lt(mod(n*n\,13)\,8)+not(mod(n\,50)) -vsync vfr ` +
        "-c:v libx264 -preset veryfast -crf 16 -g 75 -pix_fmt yuv420p -c:a libopus -b:a 64k {out}",
    ],
  },
  syncLate: {
    file: "sync-late.ts",
    ffmpeg: [
      `${flashAndBeep(12.48, 25)} -c:v libx264 -preset veryfast -crf 16 -g 75 -pix_fmt yuv420p ${aac} -output_ts_offset 7 -f mpegts {out}`,
    ],
  },

  syncOpen: {
    // Pictures before a keyframe may lean on the group before it.
    file: "sync-open.mov",
    ffmpeg: [
      `${flashAndBeep(12.48, 30)} -c:v libx265 -preset ultrafast -crf 18 -pix_fmt yuv420p -tag:v hvc1 ` +
        `-x265-params log-level=error:open-gop=1:keyint=60:min-keyint=60:bframes=4:scenecut=0 ${aac} {out}`,
    ],
  },
  syncAvi: {
    file: "sync.avi",
    ffmpeg: [
      `${flashAndBeep(12.48, 25)} -c:v mpeg4 -q:v 2 -g 60 -bf 2 -pix_fmt yuv420p -c:a libmp3lame -b:a 96k {out}`,
    ],
  },
  syncWebm: {
    file: "sync.webm",
    ffmpeg: [
      `${flashAndBeep(12.48, "30000/1001")} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -auto-alt-ref 1 ` +
        "-lag-in-frames 16 -b:v 500k -g 90 -pix_fmt yuv420p -c:a libopus -b:a 64k {out}",
    ],
  },
  syncEdited: {
    file: "sync-edit-list.mp4",
    ffmpeg: [
      `${flashAndBeep(14.98, 25)} -c:v libx264 -preset veryfast -crf 16 -g 100 -pix_fmt yuv420p ${aac} {out}.whole.mp4`,
      "-ss 2.5 -i {out}.whole.mp4 -c copy {out}",
    ],
  },

  // Incomplete ones.
  wholeMp4: {
    file: "whole.mp4",
    ffmpeg: [`${flashAndBeep(5, 25)} ${h264} ${aac} -movflags faststart {out}`],
  },
  cutMedia: { file: "cut-media.mp4", cut: { of: "wholeMp4", share: 0.7 } },
  fragments: {
    file: "fragments.mp4",
    ffmpeg: [
      `${flashAndBeep(5, 25)} ${h264} -g 25 ${aac} -movflags frag_keyframe+empty_moov+default_base_moof {out}`,
    ],
  },
  // Ends where the last table of the index begins, which is the audio's.
  cutTable: { file: "cut-table.mp4", cut: { of: "indexLast", table: "stco" } },
  indexLast: { file: "index-last.mp4", ffmpeg: [`${flashAndBeep(3, 25)} ${h264} ${aac} {out}`] },
  cutFragments: { file: "cut-fragments.mp4", cut: { of: "fragments", share: 0.7 } },
  wholeMkv: { file: "whole.mkv", ffmpeg: [`${flashAndBeep(5, 25)} ${h264} ${aac} {out}`] },
  cutMkv: { file: "cut.mkv", cut: { of: "wholeMkv", share: 0.6 } },
  live: {
    file: "live.webm",
    ffmpeg: [
      `${flashAndBeep(5, 25)} -c:v libvpx -deadline realtime -cpu-used 8 -b:v 400k -g 50 -c:a libopus -b:a 48k -live 1 {out}`,
    ],
  },
  cutLive: { file: "cut-live.webm", cut: { of: "live", share: 0.91 } },
  // Behind the hole, ffmpeg finds nothing any more: all is in one cluster.
  holeWebm: { file: "hole.webm", hole: { of: "vp9Whole", from: 0.4, to: 0.5 } },
  vp9Whole: {
    file: "vp9-whole.webm",
    ffmpeg: [
      `${flashAndBeep(4.5, 25)} -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 400k -g 500 -c:a libopus -b:a 48k {out}`,
    ],
  },
  av1Whole: {
    file: "av1-whole.webm",
    ffmpeg: [
      `${flashAndBeep(5, 25)} -c:v libaom-av1 -cpu-used 8 -b:v 400k -g 25 -c:a libopus -b:a 48k {out}`,
    ],
  },
  cutAv1: { file: "cut-av1.webm", cut: { of: "av1Whole", share: 0.6 } },
  holeStream: { file: "hole.ts", hole: { of: "stream", from: 0.4, to: 0.45 } },
  stream: { file: "stream.ts", ffmpeg: [`${flashAndBeep(6, 25)} ${h264} ${aac} -f mpegts {out}`] },
  midway: { file: "midway.ts", rest: { of: "stream", share: 0.17, packet: 188 } },
  firstPart: { file: "first-part.ts", ffmpeg: [`${flashAndBeep(2, 25)} ${h264} ${aac} -f mpegts {out}`] },
  secondPart: {
    file: "second-part.ts",
    ffmpeg: [`${flashAndBeep(3, 25)} ${h264} ${aac} -output_ts_offset 0.5 -f mpegts {out}`],
  },
  restarting: { file: "restarting.ts", join: ["firstPart", "secondPart", "firstPart"] },
  emptyAudio: {
    file: "empty-audio.mkv",
    ffmpeg: [`${flashAndBeep(3, 25)} -af atrim=end=0 ${h264} ${aac} {out}`],
  },

  // What hostile inputs are made of: small, with a title that is HTML.
  tinyMp4: { file: "tiny.mp4", ffmpeg: [`${tiny} ${h264} ${aac} {out}`] },
  tinyMov: { file: "tiny.mov", ffmpeg: [`${tiny} ${h264} ${aac} -movflags +faststart {out}`] },
  tinyMkv: { file: "tiny.mkv", ffmpeg: [`${tiny} ${h264} ${aac} {out}`] },
  tinyWebm: {
    file: "tiny.webm",
    ffmpeg: [
      `${tiny} -c:v libvpx -deadline realtime -cpu-used 8 -b:v 500k -g 12 -c:a libopus -b:a 48k {out}`,
    ],
  },
  tinyAvi: { file: "tiny.avi", ffmpeg: [`${tiny} -c:v mpeg4 -q:v 4 -g 12 -c:a libmp3lame -b:a 64k {out}`] },
  tinyTs: { file: "tiny.ts", ffmpeg: [`${tiny} ${h264} ${aac} -f mpegts {out}`] },
  tinyFlv: { file: "tiny.flv", ffmpeg: [`${tiny} ${h264} ${aac} {out}`] },

  // No clips, or broken ones.
  text: { file: "text.mp4", text: "This is a letter and not a film, whatever its name says.\n".repeat(40) },
  empty: { file: "empty.mp4", text: "" },
  image: { file: "picture.mp4", ffmpeg: [`${picture()} -frames:v 1 -c:v png -f image2 {out}`] },
  cutIndex: { file: "cut-index.mp4", cut: { of: "mp4", share: 0.6 } },
  indexFirst: { file: "index-first.mp4", ffmpeg: ["-i {mp4} -c copy -movflags +faststart {out}"] },
  cutHeader: { file: "cut-header.mkv", cut: { of: "mkv", share: 0.002 } },
  hole: { file: "hole.mp4", hole: { of: "indexFirst", from: 0.4, to: 0.6 } },
  m4a: { file: "sound.m4a", ffmpeg: [`${sound()} ${aac} {out}`] },
  cover: { file: "cover.png", ffmpeg: [`${picture()} -frames:v 1 {out}`] },
  mp3: {
    file: "cover.mp3",
    ffmpeg: [
      `${sound()} -i {cover} -map 0 -map 1 -c:a libmp3lame -b:a 96k -c:v png -disposition:v attached_pic {out}`,
    ],
  },
  noFrames: { file: "no-frames.mp4", ffmpeg: [`${picture()} -t 0 ${h264} {out}`] },
};
