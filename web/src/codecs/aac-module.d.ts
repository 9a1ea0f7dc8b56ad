// FFmpeg's AAC encoder as @mediabunny/aac-encoder ships it for its own worker: the C calls of that package's
// src/bridge.c. Only the types are among the sources; web/build.mjs brings the script, with the WebAssembly in it.

/**
 * An instance with its own memory. Addresses are byte offsets into `HEAPU8`, which every call that allocates may
 * replace.
 */
export interface AacModule {
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  /** Address of an encoder for `bitrate` bits per second; 0 where there is none for these settings. */
  _init_encoder(channels: number, sampleRate: number, bitrate: number): number;
  /** Samples of each channel in a frame. */
  _get_encoder_frame_size(encoder: number): number;
  _get_encoder_extradata(encoder: number): number;
  _get_encoder_extradata_size(encoder: number): number;
  /** Where a frame of interleaved 32-bit floats goes; 0 without memory. */
  _get_encode_input_ptr(encoder: number, bytes: number): number;
  /** Negative on failure; `time` counts samples. */
  _send_frame(encoder: number, time: bigint): number;
  /** Bytes of the next packet: 0 where none is ready, negative on failure. */
  _receive_packet(encoder: number): number;
  _get_encoded_data(encoder: number): number;
  _flush_encoder_start(encoder: number): void;
  _close_encoder(encoder: number): void;
}

export default function createModule(): Promise<AacModule>;
