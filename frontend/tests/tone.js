// A sound that says nothing: a tone of five seconds, 8,000 samples of a byte each.
export function tone(hertz) {
  const samples = Buffer.from(Array.from({ length: 40_000 }, (_, at) => 128 + Math.round(60 * Math.sin((at * hertz * Math.PI) / 4_000))));
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  [16, 1 | (1 << 16), 8_000, 8_000, 1 | (8 << 16)].forEach((word, at) => head.writeUInt32LE(word, 16 + 4 * at));
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
