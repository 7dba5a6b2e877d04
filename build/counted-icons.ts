// The page's icon with the numbers 1 to 9, and "9+" as number 10. The page's security policy allows no icon
// that a script draws.

import { createHash } from 'node:crypto'

const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]

/** @param icon the SVG of the icon, of 32 by 32 */
function withCount(icon: string, number: number): string {
  const label = number > 9 ? '9+' : String(number)
  const size = number > 9 ? 14 : 18
  const badge =
    '<circle cx="21" cy="11" r="11" fill="#fff"/><circle cx="21" cy="11" r="10" fill="#a23f1c"/>' +
    `<text x="21" y="${11 + size * 0.36}" font-family="system-ui, sans-serif" font-size="${size}" ` +
    `font-weight="700" text-anchor="middle" fill="#fff">${label}</text>`
  return icon.replace('</svg>', `${badge}</svg>`)
}

/** @returns the file names with `{count}` in the place of the number, and the files by name */
export function countedIcons(icon: string): { pattern: string; files: Map<string, string> } {
  const icons = numbers.map((number) => withCount(icon, number))
  const hash = createHash('sha256').update(icons.join('')).digest('hex').slice(0, 8).toUpperCase()
  const pattern = `icon-${hash}-{count}.svg`
  const names = numbers.map((number) => pattern.replace('{count}', String(number)))
  return { pattern, files: new Map(names.map((name, i) => [name, icons[i] as string])) }
}
