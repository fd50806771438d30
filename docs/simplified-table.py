"""Writes src/text/simplified.txt: each traditional Chinese character and its simplified form.

    pip install opencc && python3 docs/simplified-table.py > src/text/simplified.txt

Source: OpenCC's TSCharacters (Apache-2.0, https://github.com/BYVoid/OpenCC), as the Python package `opencc`
applies it to single characters. Changed: chains are followed to their end, so that folding once is enough.
"""

import opencc

HAN = [(0x3400, 0x4DC0), (0x4E00, 0xA000), (0x20000, 0x32400)]

convert = opencc.OpenCC("t2s").convert
pairs = {}
for low, high in HAN:
    for code in range(low, high):
        simple = convert(chr(code))
        if len(simple) == 1 and simple != chr(code):
            pairs[chr(code)] = simple

print("# Traditional character, simplified character; in order of the first. Made by docs/simplified-table.py from")
print("# OpenCC's TSCharacters, Copyright Carbo Kuo and contributors, Apache License 2.0; changed as told there.")
for character in sorted(pairs):
    simple = pairs[character]
    while simple in pairs:
        simple = pairs[simple]
    print(character + simple)
