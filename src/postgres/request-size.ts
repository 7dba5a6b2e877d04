// Computes how large the request is that writes rows to the archive.

const utf8 = new TextEncoder()

/**
 * Bytes that a row adds to the request body, where it is JSON within JSON: a control character
 * takes seven.
 */
export function bytesInRequest(row: unknown): number {
  return utf8.encode(JSON.stringify(JSON.stringify(row))).length
}
