// Gives the key under which a network address is counted: one key per household or server, whatever
// the spelling of the address.

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`)
const ipv6Characters = /^[0-9a-f:.]+$/

/** The eight groups of an IPv6 address; undefined if the text is not one. */
function ipv6Groups(address: string): number[] | undefined {
  const url = `http://[${address}]/`
  if (!ipv6Characters.test(address) || !URL.canParse(url)) return undefined
  // The URL standard has one spelling for each address: lower case, no dots, zeros shortened once.
  const [head = '', tail] = new URL(url).hostname.slice(1, -1).split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const zeros = 8 - groups(head).length - groups(tail ?? '').length
  const all = [...groups(head), ...Array<string>(zeros).fill('0'), ...groups(tail ?? '')]
  return all.map((group) => Number.parseInt(group, 16))
}

/**
 * An IPv4 address stays as it is, an IPv6 address becomes its /64, and an IPv4-mapped IPv6 address
 * becomes the IPv4 address. Any other text becomes `unknown`.
 */
export function addressKey(address: string | null | undefined): string {
  const spelled = (address ?? '').trim().toLowerCase().replace(/%.*$/, '')
  if (ipv4.test(spelled)) return spelled
  const groups = ipv6Groups(spelled)
  if (!groups) return 'unknown'
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (mapped) {
    const bytes = groups.slice(6).flatMap((group) => [group >> 8, group & 0xff])
    return bytes.join('.')
  }
  const network = groups.slice(0, 4).map((group) => group.toString(16))
  return `${network.join(':')}::/64`
}
