// Links between the pages lead to a file and a heading that exist, and the pages name no file that is gone.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = join(import.meta.dirname, '..')
const pages = globSync(
  ['*.md', 'docs/**/*.md', '{examples,packages}/*/*.md', 'bench/*.md', 'test/*.md'],
  { cwd: root },
)
const read = (path: string) => readFileSync(join(root, path), 'utf8')

const files = globSync(
  [
    '*',
    '.github/**/*.yml',
    '{src,test,local,operator,build,deploy,ci,bench,examples,packages}/**/*.*',
  ],
  {
    cwd: root,
    exclude: (path) => /node_modules|dist|results/.test(path),
  },
)
const fileNames = new Set(files.map((path) => basename(path)))

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')

/** Those of headings, and those that a page sets itself. */
const anchorsOf = (markdown: string) =>
  new Set([
    ...[...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)),
    ...[...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id = '']) => id),
  ])

describe.each(pages)('%s', (page) => {
  const markdown = read(page)

  test('its links lead somewhere', () => {
    const links = [...markdown.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
    // Pages of the repository on GitHub are beside the files: no link names the owner.
    const dead = links
      .filter((link) => !/^https?:|^\.\.\/\.\.\/(?:actions|security)\//.test(link))
      .filter((link) => {
        const [path, anchor] = link.split('#')
        const target = path ? join(dirname(page), path) : page
        if (!existsSync(join(root, target))) return true
        return anchor !== undefined && !anchorsOf(read(target)).has(anchor)
      })
    expect(dead).toEqual([])
  })

  test('the files that it names exist', () => {
    const named = [...markdown.matchAll(/`([\w./-]+\.(?:ts|toml|sh|yml))`/g)].map(
      ([, path = '']) => path,
    )
    const gone = named.filter((path) =>
      path.includes('/')
        ? ![path, `src/${path}`, join(dirname(page), path)].some((at) => existsSync(join(root, at)))
        : !fileNames.has(path),
    )
    expect(gone).toEqual([])
  })
})

test('the README has at most 120 lines', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(121)
})
