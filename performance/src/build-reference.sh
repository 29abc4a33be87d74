#!/usr/bin/env bash
# Builds llama.cpp's llama-bench, llama-server and llama-perplexity of the release that Stoa ships, and lets them run on
# the very libraries that Stoa ships, so that both sides differ in nothing but their own code.
#   performance/build-reference.sh /tmp/reference
# Needs npm, git, cmake, ninja and a C++ compiler; takes some minutes.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd -P)
target=${1:?name the folder to build into}
release=3.22.1
natives=$here/../cli/target/stoa/natives
"$here/../stoa" --version >/dev/null

mkdir -p "$target"
target=$(cd "$target" && pwd -P)
cd "$target"
# node-llama-cpp's package carries the sources of the llama.cpp release that its binaries were built from.
[ -f package/llama/gitRelease.bundle ] || tar -xzf "$(npm pack --silent "node-llama-cpp@$release")"
[ -d source ] || git clone --quiet package/llama/gitRelease.bundle source
cmake -S source -B build -G Ninja -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON \
  -DCMAKE_PLATFORM_NO_VERSIONED_SONAME=ON -DGGML_BACKEND_DL=ON -DGGML_CPU=OFF -DGGML_NATIVE=OFF \
  -DLLAMA_BUILD_UI=OFF -DLLAMA_USE_PREBUILT_UI=OFF -DLLAMA_OPENSSL=OFF \
  -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_APP=OFF
cmake --build build --target llama-bench llama-server llama-perplexity

cp build/bin/llama-bench build/bin/llama-server build/bin/llama-perplexity build/bin/*.so "$target"
for library in libllama libggml libggml-base; do
  shipped=$(find "$natives" -name "$library.so" -o -name "$library.v*.so" | head -n 1)
  ln -sf "$shipped" "$target/$library.so"
  ln -sf "$shipped" "$target/$(basename "$shipped")"
done
cp "$natives"/libggml-cpu-*.so "$target"
for program in llama-bench llama-server llama-perplexity; do
  "$target/$program" --version >/dev/null 2>&1 || { echo "$target/$program does not start" >&2; exit 1; }
done
echo "built: $target"
