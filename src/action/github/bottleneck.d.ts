/** What Octokit's plugins load of it; its types are those of the whole. */
declare module 'bottleneck/light.js' {
  export { default } from 'bottleneck';
}
