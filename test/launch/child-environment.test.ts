import { describe, expect, it } from 'vitest';
import { childEnvironment } from '../../src/launch/child-environment.ts';

describe('the environment of a server', () => {
  it.each([
    'NODE_OPTIONS',
    'node_options',
    'NODE_PATH',
    'NODE_COMPILE_CACHE',
    'NODE_CHANNEL_FD',
    'NODE_REPL_EXTERNAL_MODULE',
    'LD_PRELOAD',
    'LD_AUDIT',
    'LD_LIBRARY_PATH',
    'DYLD_INSERT_LIBRARIES',
    'PYTHONPATH',
    'PYTHONSTARTUP',
    'PERL5OPT',
    'RUBYOPT',
    'BASH_ENV',
    'ENV',
    'BASH_FUNC_ls%%',
    'JAVA_TOOL_OPTIONS',
    'DOTNET_STARTUP_HOOKS',
    'OPENSSL_CONF',
    'GCONV_PATH',
  ])('is without %s', (name) => {
    expect(childEnvironment({ [name]: 'x', OTHER: 'y' }, [], {})).toEqual({ OTHER: 'y' });
  });

  it.each([
    'PATH',
    'HOME',
    'HTTPS_PROXY',
    'no_proxy',
    'SSL_CERT_FILE',
    'NODE_EXTRA_CA_CERTS',
    'NODE_ENV',
    'GITHUB_TOKEN',
    'CLAUDE_PROJECT_DIR',
    'SHELL',
    'DOCKER_HOST',
    'npm_config_registry',
  ])('has %s', (name) => {
    expect(childEnvironment({ [name]: 'x' }, [], {})).toEqual({ [name]: 'x' });
  });

  it('has what decides code where the manifest sets it, and nothing else of the kind', () => {
    const env = { NODE_OPTIONS: '--max-old-space-size=64', LD_PRELOAD: '/tmp/x.so' };
    expect(childEnvironment(env, ['NODE_OPTIONS'], {})).toEqual({ NODE_OPTIONS: '--max-old-space-size=64' });
  });

  it('has what the package adds, over what was there', () => {
    expect(childEnvironment({ A: '1', B: '2' }, [], { B: '3', C: '4' })).toEqual({ A: '1', B: '3', C: '4' });
  });
});
