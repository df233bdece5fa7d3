import js from '@eslint/js'
import globals from 'globals'

export default [
  { ignores: ['dist/'] },
  js.configs.recommended,
  { files: ['src/**'], languageOptions: { globals: { ...globals.browser, LIB: 'readonly' } } },
  { files: ['*.js', 'test/**'], languageOptions: { globals: globals.node } },
  { rules: { eqeqeq: ['error', 'smart'], 'no-var': 'error', 'prefer-const': 'error', 'max-lines': ['error', 200], 'max-lines-per-function': ['error', { max: 45, skipComments: true, skipBlankLines: true }] } },
]
