// simdjson On-Demand over a payload of numbers, into an array that is used again: what native code takes for readBatches' work.
// c++ -O3 -march=native -std=c++17 simdjson.cpp -lsimdjson; run: simdjson file [check]
#include <simdjson.h>
#include <chrono>
#include <cstdio>
#include <vector>

using namespace simdjson;

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const bool check = argc > 2;
  const auto started = std::chrono::steady_clock::now();
  const padded_string text = padded_string::load(argv[1]);
  ondemand::parser parser;
  ondemand::document document = parser.iterate(text);
  ondemand::value cargo = document["input_data"].value();
  ondemand::array rows = cargo.type() == ondemand::json_type::object ? cargo["data"].get_array() : cargo.get_array();
  std::vector<double> cells(1 << 17); // a mebibyte, as a batch has
  size_t rowCount = 0, cellCount = 0, at = 0;
  double sum = 0;
  for (ondemand::array row : rows) {
    rowCount++;
    for (double cell : row) {
      cells[at++] = cell;
      cellCount++;
      if (check) sum += cell;
      if (at == cells.size()) at = 0;
    }
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
  std::printf("{\"seconds\": %.6f, \"check\": \"%zu rows, %zu cells, sum %.17g\", \"last\": %g}\n", seconds.count(), rowCount, cellCount, sum, cells[0]);
}
