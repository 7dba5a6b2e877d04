// Removes secrets from a line of a log: the queries of URLs, which contain tokens and tickets, and tokens
// anywhere. wrangler logs whole URLs when a request fails before the Worker.

const query = /((?:\w+:\/)?\/[^\s"'?]*)\?[^\s"'\\]*/g
const token = /eyJ[\w-]+\.eyJ[\w-]+(?:\.[\w-]*)?/g

export function redact(line: string): string {
  return line.replaceAll(query, '$1?…').replaceAll(token, '…')
}
