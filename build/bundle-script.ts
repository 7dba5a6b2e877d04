// Bundles and minifies one script of the page.

import { rolldown } from 'rolldown'

export type ScriptOptions = {
  entry: string
  /** Of the whole page. */
  texts: object
  /** Names in the source → the expressions in their places. */
  define?: Record<string, string>
}

/** The oldest browsers that the page supports. */
export const targets = ['chrome114', 'firefox125', 'safari17']

const english = /[\\/]strings[\\/]en\.json$/

export async function bundleScript({ entry, texts, define = {} }: ScriptOptions) {
  const build = await rolldown({
    input: entry,
    tsconfig: false,
    transform: {
      target: targets,
      define,
      typescript: { removeClassFieldsWithoutInitializer: true },
    },
    plugins: [
      {
        name: 'translation',
        // The texts of another language take the place of the English ones.
        load: (id) =>
          english.test(id) ? { code: JSON.stringify(texts), moduleType: 'json' } : null,
      },
    ],
  })
  const minify = { compress: true, mangle: true }
  const { output } = await build.generate({
    format: 'iife',
    minify,
    comments: false,
    sourcemap: 'hidden',
  })
  await build.close()
  const [{ code, map }] = output
  return { code, map: map?.toString() ?? '' }
}
