// Takes out of a line whatever may open something: the queries of addresses, where tokens and tickets
// stand, and tokens anywhere. wrangler writes whole addresses when a request fails before the Worker.

const query = /((?:\w+:\/)?\/[^\s"'?]*)\?[^\s"'\\]*/g
const token = /eyJ[\w-]+\.eyJ[\w-]+(?:\.[\w-]*)?/g

export function redact(line: string): string {
  return line.replaceAll(query, '$1?…').replaceAll(token, '…')
}
