// Writes the declarations of the client. The compiler writes the contract's types out, so that a consumer
// needs neither the schemas nor zod.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const source = join(root, 'src/client')

export type Declarations = {
  /** The modules of `src/client` that `index` exports → their exports at run time. */
  published: Record<string, string[]>
  /** Modules with an entry of their own, by their paths below `src`. */
  entries: string[]
  /** A pattern of names that the build shortens, and that no declaration may have. */
  inside: string
}

/** @param work a folder below the root's `dist` @returns name of the declaration → its text */
export function declare(work: string, declarations: Declarations): Record<string, string> {
  const { published, entries, inside } = declarations
  const modules = Object.keys(published)
  const contractTypes = typesOfContract()
  // The type of a function's result is declared by its structure, without a name of the contract.
  const writtenOut = contractTypes.map(
    ({ name }) => `export const ${name} = writtenOut<contract.${name}>()\n`,
  )
  const probe = `import type * as contract from '${source}/contract.ts'
declare function writtenOut<T>(): { [K in keyof T]: T[K] }
${writtenOut.join('')}`
  writeFileSync(join(work, 'probe.ts'), probe)

  const sources = [
    ...modules.map((name) => `client/${name}.ts`),
    ...entries.map((path) => `${path}.ts`),
  ]
  const settings = {
    extends: '../../tsconfig.json',
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      noErrorTruncation: true,
      lib: ['es2024', 'dom', 'dom.iterable'],
      types: [],
      rootDir: root,
      outDir: 'out',
    },
    include: [],
    files: ['probe.ts', ...sources.map((path) => join(root, 'src', path))],
  }
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(settings))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  execFileSync(process.execPath, [compiler, '-p', work], { stdio: 'inherit' })

  const probed = readFileSync(join(work, 'out', work.slice(root.length), 'probe.d.ts'), 'utf8')
  const contract = contractTypes.map(({ name, own }) => own ?? structureOf(name, probed))
  const declared = sources.map((path) => {
    const text = readFileSync(join(work, 'out/src', path.replace(/\.ts$/, '.d.ts')), 'utf8')
    return [basename(path, '.ts'), text.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'")]
  })
  for (const [name, text] of declared) {
    const clash = new RegExp(`^[^*]*\\b(${inside})\\??[:(<]`, 'm').exec(text ?? '')
    if (clash) throw new Error(`${clash[1]} is public in ${name}, and must keep its name`)
  }
  const types = [...modules, 'contract'].map((name) => `export type * from './${name}.js'\n`)
  const index = valuesFrom(published, (name) => `./${name}.js`) + types.join('')
  return { ...Object.fromEntries(declared), contract: contract.join(''), index }
}

/** Exports the values of the published modules. */
export function valuesFrom(
  published: Record<string, string[]>,
  path: (name: string) => string,
): string {
  const given = Object.entries(published).filter(([, names]) => names.length > 0)
  return given.map(([name, names]) => `export { ${names} } from '${path(name)}'\n`).join('')
}

/** `own`: the declaration itself, without references to other modules. */
function typesOfContract(): { name: string; own: string | null }[] {
  const text = readFileSync(join(source, 'contract.ts'), 'utf8')
  const declarations = text.matchAll(/^export type (\w+) = ([\s\S]+?)(?=\n(?:\n|\/\*\*|export ))/gm)
  return [...declarations].map(([own, name = '', type = '']) => ({
    name,
    own: /\b[a-z]\w*\.[A-Z]/.test(type) ? null : `${own};\n`,
  }))
}

function structureOf(name: string, probed: string): string {
  const found = new RegExp(`^export declare const ${name}: (\\{.*?^\\});$`, 'ms').exec(probed)
  if (!found?.[1] || /\bimport\(|\bcontract\./.test(found[1]))
    throw new Error(`The compiler did not write ${name} out`)
  return `export type ${name} = ${found[1]};\n`
}
